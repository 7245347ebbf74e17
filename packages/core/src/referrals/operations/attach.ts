/**
 * Giving a customer its sponsor, once and for good.
 *
 * Attaching is done one at a time in a tenant: only so can it be known that nobody comes to stand above himself, however many
 * attach each other at once.
 */
import { audited } from '../../audit/index.ts';
import { CustomerUnknownError, findCustomer, lockCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { at, integer, NotFoundError, type Scope, sql } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { sponsorsOf } from '../chain.ts';
import { findCodeOwner } from '../code-owner.ts';
import {
  AlreadyReferredError,
  ReferralCycleError,
  ReferralsOffError,
  SelfReferralError,
} from '../errors.ts';

/** The sponsor by its code, or by its id. */
export type Attach = {
  readonly customer: string;
  /** In capitals. */
  readonly code?: string | undefined;
  readonly sponsor?: string | undefined;
  readonly reason?: string | undefined;
};

export type Attached = {
  readonly customer: string;
  readonly sponsor: string;
  /** False: it was its sponsor before. */
  readonly attached: boolean;
};

/**
 * Attaches the customer to its sponsor and announces `referral.attached`. Again with the same sponsor changes nothing.
 *
 * @throws {NotFoundError} Nobody has the code.
 * @throws {CustomerUnknownError} There is no such sponsor.
 * @throws {SelfReferralError} It is the customer itself.
 * @throws {ReferralCycleError} The customer stands above it.
 * @throws {AlreadyReferredError} The customer has another sponsor, which stays.
 * @throws {ReferralsOffError} The setting `referrals.enabled` is off.
 */
export function attach(scope: Scope, input: Attach): Promise<Attached> {
  return audited(
    scope,
    input.reason,
    (inner) => inner.transaction((within) => attachAlone(within, input)),
    ({ customer, attached }) =>
      attached ? { operation: 'referrals.attach', customer, subject: null, facts: {} } : null,
  );
}

async function attachAlone(scope: Scope, input: Attach): Promise<Attached> {
  if ((await getSetting(scope, 'referrals.enabled')) !== true) throw new ReferralsOffError();
  const { customer } = input;
  const sponsor = await findSponsor(scope, input);
  if (sponsor === customer) throw new SelfReferralError(customer);
  const settled = await settledBefore(scope, input.customer, sponsor);
  if (settled) return settled;
  const { tenant, now } = scope;
  const lock = `${tenant.id}/referral tree`;
  await scope.run(sql`select pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`);
  const [own, above] = await lockBoth(scope, customer, sponsor);
  const before = await findSponsorId(scope, own);
  if (before === above) return { customer, sponsor, attached: false };
  if (before !== null) throw new AlreadyReferredError(customer);
  if ((await sponsorsOf(scope, above)).includes(own)) throw new ReferralCycleError(customer);
  await scope.run(sql`
    insert into bursar.referrals (tenant_id, customer_id, sponsor_id, attached_at)
    values (${tenant.id}::int, ${own}::bigint, ${above}::bigint, ${at(now)}::text::timestamptz)`);
  await announce(scope, {
    ...{ type: 'referral.attached', customer, subject: { type: 'customer', id: customer } },
    data: { customer, sponsor },
  });
  return { customer, sponsor, attached: true };
}

/** Whoever has a sponsor need not wait: that does not change any more. */
async function settledBefore(
  scope: Scope,
  customer: string,
  sponsor: string,
): Promise<Attached | null> {
  const own = await findCustomer(scope, customer);
  const before = own && (await findSponsorId(scope, own.id));
  if (before === null) return null;
  const named = await findCustomer(scope, sponsor);
  if (named?.id !== before) throw new AlreadyReferredError(customer);
  return { customer, sponsor, attached: false };
}

/** In the order of their names, as whoever locks many does. */
async function lockBoth(scope: Scope, customer: string, sponsor: string) {
  const ids = new Map<string, number>();
  for (const name of [customer, sponsor].sort())
    ids.set(name, (await lockCustomer(scope, { customer: name, mode: 'share' })).id);
  return [ids.get(customer) as number, ids.get(sponsor) as number] as const;
}

async function findSponsor(scope: Scope, { code, sponsor = '' }: Attach): Promise<string> {
  if (code === undefined) {
    const named = await findCustomer(scope, sponsor);
    if (!named || named.erasedAt !== null) throw new CustomerUnknownError(sponsor);
    return sponsor;
  }
  const owner = await findCodeOwner(scope, code);
  if (owner === null) throw new NotFoundError('referral code', code);
  return owner.customer;
}

/** The customer's sponsor, or `null`. */
export function findSponsorId(scope: Scope, customerId: number): Promise<number | null> {
  return scope.maybeOne(
    sql`
    select sponsor_id from bursar.referrals
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)`,
    (row) => integer(row.sponsor_id),
  );
}
