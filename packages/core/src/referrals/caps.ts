/** What one sponsor is paid at most for a trigger, by day and by month: what is over is not paid. */
import { at, integer, json, type Scope, sql } from '../kernel/index.ts';
import type { Share } from './shares.ts';
import type { TriggerSetting } from './triggers.ts';

type Named = Share & { readonly customer: string };

/**
 * The shares, those of sponsors cut to what their caps leave; of whom nothing is left, none. What counts against a cap is
 * waited for: each sponsor's is a lock, taken in the order of their names.
 */
export async function capped(
  scope: Scope,
  { alias, setting, wanted }: { alias: string; setting: TriggerSetting; wanted: readonly Named[] },
): Promise<Named[]> {
  const { perDay, perMonth } = setting;
  const sponsors = wanted.filter(({ kind }) => kind === 'upline').map(({ customer }) => customer);
  if ((perDay === undefined && perMonth === undefined) || sponsors.length === 0) return [...wanted];
  for (const sponsor of [...sponsors].sort()) {
    const lock = json([scope.tenant.id, 'reward cap', alias, sponsor]);
    await scope.run(sql`select pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`);
  }
  const allowed: Named[] = [];
  for (const share of wanted) {
    const left = share.kind === 'actor' ? share.amount : await leftOf(scope, alias, share, setting);
    const amount = Math.min(share.amount, left);
    if (amount > 0) allowed.push({ ...share, amount });
  }
  return allowed;
}

async function leftOf(
  scope: Scope,
  alias: string,
  { customer }: Named,
  { unit, perDay, perMonth }: TriggerSetting,
): Promise<number> {
  const now = scope.now;
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const paid = await scope.one(
    sql`
    select coalesce(sum(reward.amount), 0) as month,
           coalesce(sum(reward.amount) filter (where reward.created_at >= ${at(day)}::text::timestamptz), 0) as day
      from bursar.rewards as reward
      join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
     where (reward.tenant_id, reward.customer_id) = (
             ${scope.tenant.id}::int,
             (select id from bursar.customers
               where (tenant_id, external_id) = (${scope.tenant.id}::int, ${customer}::text)))
       and reward.kind = 'upline' and reward.created_at >= ${at(month)}::text::timestamptz
       and (event.alias, event.unit) = (${alias}::text, ${unit}::text)`,
    (row) => ({ month: integer(row.month), day: integer(row.day) }),
  );
  return Math.max(
    0,
    Math.min((perDay ?? Infinity) - paid.day, (perMonth ?? Infinity) - paid.month),
  );
}
