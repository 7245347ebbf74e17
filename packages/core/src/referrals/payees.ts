/** Who is paid for an occurrence: shares, caps, and the customers' rows, locked by name. */
import { type CustomerRow, lockCustomers } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import { capped } from './caps.ts';
import type { Payee } from './pay-rewards.ts';
import type { Payout } from './payout.ts';
import { sharesOf } from './shares.ts';
import type { TriggerSetting } from './triggers.ts';
import { uplineOf } from './upline.ts';

/** Waits for the caps of sponsors, then for customers in the order of their names. */
export async function payeesOf(
  scope: Scope,
  {
    alias,
    actor,
    setting,
    payout,
  }: { alias: string; actor: CustomerRow; setting: TriggerSetting; payout: Payout },
): Promise<Payee[]> {
  const shares = sharesOf(setting, payout.worth);
  const upline = await uplineOf(scope, actor.id, setting.levels);
  const wanted = shares.flatMap((share) => {
    const customer = share.level === 0 ? actor.externalId : upline.get(share.level);
    return customer === undefined ? [] : [{ ...share, customer }];
  });
  const allowed = await capped(scope, { alias, setting, wanted });
  const rows = await lockCustomers(
    scope,
    allowed.map(({ customer }) => customer),
  );
  const byName = new Map(rows.map((row) => [row.externalId, row]));
  return allowed.flatMap(({ customer, ...share }) => {
    const row = byName.get(customer);
    return row ? [{ ...share, customer: row }] : [];
  });
}
