/** One trial of a plan per person, where the setting says so: by customer, by e-mail, and by what else the host knows. */
import type { CustomerRow } from '../customers/index.ts';
import { at, contentHash, integer, json, type Scope, sql } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { TrialUsedError } from './errors.ts';

/**
 * Remembers that this person has a trial of the plan now. Needs the customer's lock.
 * @throws {TrialUsedError} One of the fingerprints had one before; nothing is written.
 */
export async function redeemTrial(
  scope: Scope,
  input: {
    readonly customer: CustomerRow;
    readonly plan: string;
    readonly fingerprints: readonly string[];
  },
): Promise<void> {
  const { customer, plan, fingerprints } = input;
  if ((await getSetting(scope, 'subscriptions.oneTrial')) !== true) return;
  const email = customer.email?.trim().toLowerCase();
  const all = [
    ['customer', customer.externalId],
    ...(email ? [['email', email]] : []),
    ...fingerprints.map((one) => ['host', one]),
  ].map((one) => contentHash(one));
  // Two customers of one person at once: the plan's row is what the second waits for, before it looks.
  const planId = await scope.one(
    sql`
    select id from bursar.plans
     where (tenant_id, key) = (${scope.tenant.id}::int, ${plan}::text) for no key update`,
    (row) => integer(row.id),
  );
  const hashes = sql`jsonb_array_elements_text(${json(all)}::text::jsonb)`;
  const used = await scope.one(
    sql`
    select count(*) as used from bursar.trials
     where (tenant_id, plan_id) = (${scope.tenant.id}::int, ${planId}::int)
       and fingerprint in (select ${hashes})`,
    (row) => integer(row.used),
  );
  if (used > 0) throw new TrialUsedError(customer.externalId, plan);
  await scope.run(sql`
    insert into bursar.trials (tenant_id, plan_id, fingerprint, at)
    select ${scope.tenant.id}::int, ${planId}::int, fingerprint, ${at(scope.now)}::text::timestamptz
      from ${hashes} as fingerprint`);
}
