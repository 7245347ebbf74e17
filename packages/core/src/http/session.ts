/**
 * One request as the kit sees it: who asks, what the guards said, and what they took.
 *
 * The customer is asked for once, at the first guard or verb, so after the route's own authentication.
 */

import { checkId } from '../kernel/index.ts';
import type { HttpBinding } from './binding.ts';
import { ForbiddenError, UnauthenticatedError } from './errors.ts';
import type { Asker, Taken, Taking, Verdict } from './guard.ts';
import type { AdapterOptions, HttpRequest, Outcome, Party, Who } from './registration.ts';
import type { RouteCustomer } from './route.ts';

/** Something a guard took of this request, until it is settled: given back, captured, or left as it is. */
export type Take = {
  readonly taking: Taking;
  readonly asker: Asker;
  /** Null when the guard was asked for nothing (amount 0) or passed a refusal under `enforce: false`. */
  readonly taken: Taken | null;
  readonly refundOn: (outcome: Outcome) => boolean;
  /** Resolves when a capture is through. */
  capture: Promise<unknown> | null;
  settled: boolean;
};

export type Identity = {
  readonly tenant: string | undefined;
  readonly actor: string | null;
  readonly asker: Asker | null;
};

export type Session = {
  readonly binding: HttpBinding;
  readonly options: AdapterOptions<unknown>;
  /** The framework's own request: what the host's functions get. */
  readonly native: unknown;
  readonly request: () => HttpRequest;
  readonly decisions: Verdict[];
  /** Those of the decisions that RateLimit fields speak of. */
  readonly quotas: Verdict[];
  readonly takes: Take[];
  identity: Identity | Promise<Identity> | null;
  /** Set once `identity` is known: for what must answer at once. */
  known: Identity | null;
  /** `request.bursar`, once somebody has asked for it. */
  handle: RouteCustomer | null;
  /** What the handler failed with, when the framework tells. */
  error: unknown;
  aborted: boolean;
};

/** Begins a request's session; nothing is asked and nothing is read yet. */
export function openSession({
  binding,
  options,
  native,
  request,
}: Pick<Session, 'binding' | 'options' | 'native' | 'request'>): Session {
  return {
    binding,
    options,
    native,
    request,
    decisions: [],
    quotas: [],
    takes: [],
    identity: null,
    known: null,
    handle: null,
    error: undefined,
    aborted: false,
  };
}

/**
 * Who asks, of which tenant; asked once per request, and known at once where the host's functions answer at once.
 * @throws {ForbiddenError} The host resolves tenants, and this request has none.
 */
export function identify(session: Session): Identity | Promise<Identity> {
  session.identity ??= resolve(session);
  return session.identity;
}

/**
 * The customer who asks.
 * @throws {UnauthenticatedError} Nobody does.
 */
export async function identifyAsker(
  session: Session,
): Promise<Identity & { readonly asker: Asker }> {
  const { asker, ...rest } = await identify(session);
  if (!asker) throw new UnauthenticatedError();
  return { ...rest, asker };
}

/**
 * Whether the host lets this member do it.
 * @throws {ForbiddenError} It does not.
 */
export async function authorize(session: Session, operation: string): Promise<void> {
  const allowed = (await session.options.authorize?.(session.native, operation)) ?? true;
  if (allowed !== true) throw new ForbiddenError(`You may not ${operation} here.`, { operation });
}

/**
 * The request's tenant, without asking who it is of: that may be known only later.
 * @throws {ForbiddenError} The host resolves tenants, and this request has none.
 */
export async function tenantOf({ known, options, native }: Session): Promise<string | undefined> {
  return known ? known.tenant : checkedTenant(options, await options.tenant?.(native));
}

/** A failure is kept as well: the host's functions are not called again. */
function resolve(session: Session): Identity | Promise<Identity> {
  try {
    const { options, native } = session;
    return after(options.tenant?.(native), (given) => {
      const tenant = checkedTenant(options, given);
      return after(options.customer(native, tenant), (who) => keep(session, tenant, who));
    });
  } catch (error) {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    return failed;
  }
}

/** Goes on with a value, at once unless it has to be waited for. */
function after<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function checkedTenant(options: AdapterOptions<unknown>, tenant: unknown): string | undefined {
  if (!options.tenant && tenant === undefined) return undefined;
  if (typeof tenant !== 'string' || tenant === '')
    throw new ForbiddenError('The request names no tenant.');
  checkId(tenant, { name: 'tenant', max: 255 });
  return tenant;
}

function keep(session: Session, tenant: string | undefined, who: Who): Identity {
  const { options, native } = session;
  const asker = askerOf(who);
  const actor = options.actor?.(native) ?? partyText(asker?.usedBy) ?? asker?.customer ?? null;
  session.known = { tenant, actor, asker };
  return session.known;
}

function askerOf(who: Who): Asker | null {
  if (who === null || who === undefined || who === '') return null;
  const asker: Asker =
    typeof who === 'string'
      ? { customer: who, kind: undefined, usedBy: undefined }
      : { kind: undefined, usedBy: undefined, ...who };
  if (typeof asker.customer !== 'string') {
    throw new TypeError('`customer` must give a text, { customer, kind?, usedBy? }, or nothing.');
  }
  if (asker.customer === '') return null;
  checkId(asker.customer, { name: 'customer', max: 255 });
  if (asker.kind !== undefined) checkId(asker.kind, { name: 'kind', max: 64 });
  if (asker.usedBy !== undefined) checkParty(asker.usedBy);
  return asker;
}

/**
 * What the host says who uses.
 * @throws {ValidationError} It is no id, or one that cannot be stored.
 */
export function checkParty(party: Party): void {
  checkId(partyText(party), { name: 'usedBy', max: 255 });
  if (typeof party === 'object' && party !== null)
    checkId(party.kind, { name: 'usedBy/kind', max: 64 });
}

function partyText(party: Party | undefined): string | undefined {
  return typeof party === 'object' && party !== null ? party.id : party;
}
