/**
 * What `consumes` does on a request once it is known who asks: how much, under which key, and what it then has to settle.
 */
import { createHash } from 'node:crypto';
import { checkAmount, checkId, ValidationError } from '../kernel/index.ts';
import { AlreadySpentError } from './errors.ts';
import type { Asker, Taken, Taking, Verdict } from './guard.ts';
import type { ConsumesOptions } from './registration.ts';
import { inScope } from './run.ts';
import type { Session } from './session.ts';
import { refundByDefault, releaseByDefault } from './settle.ts';

const holdByDefault = 'PT5M';
const prefixMax = 200;

// biome-ignore lint/suspicious/noExplicitAny: the request's type belongs to the adapter's signatures.
export type AnyRequest = any;
export type Amount = number | ((request: AnyRequest) => number | Promise<number>);
export type Ask = { feature: string; amount: Amount; options: ConsumesOptions<AnyRequest> };

/**
 * Takes or reserves, unless the amount is 0.
 * @throws {InvalidAmountError} The host's function gave no whole number from 0; nothing is taken.
 * @throws {AlreadySpentError} The key has paid before, and replays do not pass.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function takeForRequest(
  session: Session,
  asker: Asker,
  ask: Ask,
): Promise<Verdict | null> {
  const { consumes } = session.binding.guards;
  const amount = typeof ask.amount === 'function' ? await ask.amount(session.native) : ask.amount;
  const taking = takingOf(session, ask, amount);
  if (amount === 0) {
    remember(session, ask, asker, taking, null);
    return null;
  }
  checkAmount(amount);
  const taken = await inScope(session, (scope) => consumes.take(scope, asker, taking));
  session.quotas.push(taken);
  if (taken.allowed && taken.replayed && ask.options.replay !== 'pass') {
    session.decisions.push(taken);
    throw new AlreadySpentError(taken);
  }
  if (taken.allowed) remember(session, ask, asker, taking, taken);
  else if (session.options.enforce === false) remember(session, ask, asker, taking, null);
  return taken;
}

function remember(
  session: Session,
  ask: Ask,
  asker: Asker,
  taking: Taking,
  taken: Taken | null,
): void {
  const refundOn =
    ask.options.refundOn ?? (taking.hold === undefined ? refundByDefault : releaseByDefault);
  // Nothing taken leaves nothing to settle; a hold of nothing can still be captured from what is available.
  const settled = taken === null && taking.hold === undefined;
  session.takes.push({ taking, asker, taken, refundOn, capture: null, settled });
}

function takingOf(session: Session, { feature, options }: Ask, amount: number): Taking {
  const { method, route, body } = session.request();
  const key = options.idempotencyKey?.(session.native);
  const { hold } = options;
  return {
    feature,
    amount,
    from: options.from,
    key: keyOf(key, `${method} ${route} ${feature}`),
    bound: body === undefined ? { method, route } : { method, route, body },
    hold: hold === true ? holdByDefault : hold === false ? undefined : hold,
  };
}

/** The key as the ledger stores it: bound to method, route and feature; `undefined` without one. */
function keyOf(key: string | undefined, place: string): string | undefined {
  if (key === undefined || key === '') return undefined;
  if (typeof key !== 'string' || key.length > 255) {
    throw new ValidationError([
      { pointer: '/idempotencyKey', detail: 'must be a text of 1 to 255 characters' },
    ]);
  }
  checkId(key, { name: 'idempotencyKey', max: 255 });
  const prefix =
    place.length > prefixMax ? createHash('sha256').update(place).digest('base64url') : place;
  return `${prefix} ${key}`;
}
