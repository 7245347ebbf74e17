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
  identity: Promise<Identity> | null;
  /** Set once `identity` is known: for what must answer at once. */
  known: Identity | null;
  /** What the handler failed with, when the framework tells. */
  error: unknown;
  aborted: boolean;
};

/** Begins a request's session; nothing is asked and nothing is read yet. */
export function openSession(input: {
  binding: HttpBinding;
  options: AdapterOptions<unknown>;
  native: unknown;
  request: () => HttpRequest;
}): Session {
  return {
    ...input,
    decisions: [],
    quotas: [],
    takes: [],
    identity: null,
    known: null,
    error: undefined,
    aborted: false,
  };
}

/**
 * Who asks, of which tenant; asked once per request.
 * @throws {ForbiddenError} The host resolves tenants, and this request has none.
 */
export function identify(session: Session): Promise<Identity> {
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

async function resolve(session: Session): Promise<Identity> {
  const { options, native } = session;
  const tenant = await options.tenant?.(native);
  if (options.tenant && (typeof tenant !== 'string' || tenant === '')) {
    throw new ForbiddenError('The request names no tenant.');
  }
  if (tenant !== undefined) checkId(tenant, { name: 'tenant', max: 255 });
  const asker = askerOf(await options.customer(native, tenant));
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
