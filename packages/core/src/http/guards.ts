/**
 * The three guards of a registration, made from what their slices define and ready to be run on requests.
 *
 * A guard for an unknown key or a wrong kind throws when it is made, so a typo never reaches a request.
 */
import { createHash } from 'node:crypto';
import { checkAmount, ValidationError } from '../kernel/index.ts';
import type { HttpBinding } from './binding.ts';
import { type Guard, guardOf } from './enforce.ts';
import { AlreadySpentError } from './errors.ts';
import type { Asker, Taken, Taking, Verdict } from './guard.ts';
import type { ConsumesOptions, GuardOptions } from './registration.ts';
import type { Session } from './session.ts';
import { inReading, inScope, refundByDefault } from './settle.ts';

const holdByDefault = 'PT5M';
const prefixMax = 200;

// biome-ignore lint/suspicious/noExplicitAny: the request's type belongs to the adapter's signatures.
type AnyRequest = any;
type Amount = number | ((request: AnyRequest) => number | Promise<number>);

/** @throws {ConfigurationError} The feature is not in the catalogue. */
export function subscribedGuard(
  binding: HttpBinding,
  feature: string | undefined,
  options: GuardOptions<AnyRequest> = {},
): Guard {
  const { check, decide, name } = binding.guards.subscribed;
  check(binding.catalog, { feature });
  return guardOf(name, options, (session, asker) => inReading(session, (scope) => decide(scope, asker, { feature })));
}

/** @throws {ConfigurationError} The unit is not in the catalogue, or the amount is no whole number above zero. */
export function minBalanceGuard(
  binding: HttpBinding,
  unit: string,
  amount: number,
  options: GuardOptions<AnyRequest> = {},
): Guard {
  const { check, decide, name } = binding.guards.minBalance;
  check(binding.catalog, { unit, amount });
  return guardOf(name, options, (session, asker) =>
    inReading(session, (scope) => decide(scope, asker, { unit, amount })),
  );
}

/**
 * Takes `amount` before the handler. A function of the request that gives 0 passes and books nothing.
 * @throws {ConfigurationError} The feature is not in the catalogue, or is not metered.
 * @throws {InvalidAmountError} A fixed amount that is no whole number above zero.
 */
export function consumesGuard(
  binding: HttpBinding,
  feature: string,
  amount: Amount = 1,
  options: ConsumesOptions<AnyRequest> = {},
): Guard {
  const { check, name } = binding.guards.consumes;
  check(binding.catalog, { feature });
  if (typeof amount !== 'function') checkAmount(amount);
  return guardOf(name, options, (session, asker) => takeFor(session, asker, { feature, amount, options }));
}

type Ask = { feature: string; amount: Amount; options: ConsumesOptions<AnyRequest> };

async function takeFor(session: Session, asker: Asker, ask: Ask): Promise<Verdict | null> {
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

function remember(session: Session, ask: Ask, asker: Asker, taking: Taking, taken: Taken | null): void {
  const refundOn = ask.options.refundOn ?? refundByDefault;
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
    throw new ValidationError([{ pointer: '/idempotencyKey', detail: 'must be a text of 1 to 255 characters' }]);
  }
  const prefix = place.length > prefixMax ? createHash('sha256').update(place).digest('base64url') : place;
  return `${prefix} ${key}`;
}
