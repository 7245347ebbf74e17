/** Taking back a time that was bought of a plan and whose money goes back: the subscription ends where that time would begin. */
import type { Scope } from '../../kernel/index.ts';
import { sql } from '../../kernel/index.ts';
import { lockSubscriptions, rebalanced } from '../change.ts';
import { storeEnd } from '../store-end.ts';

export type TakeBackPlan = {
  /** The host's id; not of one that is erased, whose subscriptions ended with it. */
  readonly customer: string;
  readonly subscription: string;
  /** The time that was delivered. */
  readonly startsAt: Date;
  readonly endsAt: Date | null;
};

/**
 * Ends the subscription now, or where the time begins if that is still to come, and for good: no taking back of the cancellation
 * leads further. What ends elsewhere than this time does (more was bought after it, or it was canceled earlier) stays as it is.
 *
 * @returns Whether it has ended, or will.
 */
export async function takeBackPlan(
  scope: Scope,
  { customer, subscription, startsAt, endsAt }: TakeBackPlan,
): Promise<boolean> {
  const { customer: owner, rows } = await lockSubscriptions(scope, customer);
  const row = rows.find(({ id }) => id === subscription);
  if (!row || row.endsAt?.getTime() !== endsAt?.getTime()) return false;
  const end = startsAt > scope.now ? startsAt : scope.now;
  await rebalanced(scope, { customer: owner, items: row.items }, () =>
    storeEnd(scope, row, {
      ...{ endsAt: end, reason: 'refunded', comment: null },
      atOnce: end <= scope.now,
    }),
  );
  await scope.run(sql`
    update bursar.subscriptions set sold_until = ends_at
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  return true;
}
