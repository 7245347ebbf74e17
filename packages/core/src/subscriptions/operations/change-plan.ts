/**
 * Changing a subscription to another plan, now or when its period ends.
 *
 * What was used stays used, what was added by hand stays, and the very next spend in any
 * process meets the new quotas.
 */
import { at, json, type Scope, sql } from '../../kernel/index.ts';
import { credit } from '../../ledger/index.ts';
import { getSetting } from '../../settings/index.ts';
import { type Agreed, agreeChange } from '../agree-change.ts';
import { announceChange, announceUpdate, reread } from '../announce-change.ts';
import { chargeChange } from '../billing.ts';
import { rebalanced } from '../change.ts';
import { type ChangePlan, readChange } from '../change-input.ts';
import { commandOn } from '../command.ts';
import { refuseConflict } from '../conflicts.ts';
import { announceOver, overGauges, refuseBlocked, usedNow } from '../over-limit.ts';
import { changed } from '../plan-change.ts';
import type { SubscriptionRow } from '../rows.ts';
import { storeChange } from '../store-change.ts';
import type { Subscription } from '../subscription.ts';

/**
 * Changes the plan, now or at the end of the period. Announces `subscription.plan_changed`, `.reanchored` and `.updated`, or
 * `.change_scheduled`; a newer change replaces one that is scheduled. What is due is told, not collected; with the setting
 * `subscriptions.creditProration`, what was paid too much goes to the customer's wallet.
 *
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 * @throws {PlanUnknownError} No such plan or version.
 * @throws {NotSelfServiceError} Asked with `selfService`, and customers cannot start this plan themselves.
 * @throws {InvalidStateError} It is upcoming, paused or ended, or on that plan already; to be scheduled, also canceled or without a period.
 * @throws {AlreadySubscribedError} The customer has a subscription of the new plan's family.
 * @throws {CeilingBlockedError} More of a gauge is taken up than the new ceiling, and its policy is `block`.
 * @throws {PreviewStaleError} What the preview was made from has changed, or it is older than half an hour.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function changePlan(scope: Scope, input: ChangePlan): Promise<Subscription> {
  const asked = readChange(input);
  const facts = { plan: input.plan, at: asked.timing, proration: asked.proration };
  return commandOn(scope, { verb: 'change', input, facts }, async (inner, { customer, row }) => {
    const agreed = await agreeChange(inner, row, asked);
    const over = await overGauges(inner, { customer, row, agreed });
    refuseBlocked(over);
    if (agreed.timing === 'period_end') return schedule(inner, row, agreed);
    const { family, familyId } = agreed.change;
    if (familyId !== row.familyId) await refuseConflict(inner, { ...row, family, familyId });
    const items = [...row.items, ...agreed.change.items];
    const stored = await rebalanced(inner, { customer, items }, () => apply(inner, row, agreed));
    await announceOver(inner, { customer: row.customer, over });
    await creditRest(inner, row, agreed);
    const { cost } = agreed;
    const isAsked = await chargeChange(inner, { before: row, row: stored, cost });
    return isAsked ? reread(inner, row.id) : stored;
  });
}

async function apply(
  scope: Scope,
  before: SubscriptionRow,
  agreed: Agreed,
): Promise<SubscriptionRow> {
  const { change, cost, currency } = agreed;
  const moment = scope.now;
  const after = changed(before, change, moment, await usedNow(scope, before));
  const paid = { ...cost, unit: currency };
  return storeChange(scope, { before, after, change, moment, paid });
}

async function schedule(
  scope: Scope,
  before: SubscriptionRow,
  { change, window, at: moment }: Agreed,
): Promise<SubscriptionRow> {
  const scheduled = { ...change, afterPeriod: window.number };
  await scope.run(sql`
    update bursar.subscriptions
       set scheduled = ${json(scheduled)}::text::jsonb, scheduled_at = ${at(moment)}::text::timestamptz, due_at = '-infinity', revision = revision + 1,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${before.id}::text)`);
  const stored = await reread(scope, before.id);
  await announceChange(scope, stored, 'subscription.change_scheduled', {
    to: { plan: change.plan, version: change.version },
    at: moment.toISOString(),
  });
  await announceUpdate(scope, before, stored);
  return stored;
}

/** What was paid for time that another plan has now taken. */
async function creditRest(scope: Scope, row: SubscriptionRow, agreed: Agreed): Promise<void> {
  const { cost, currency } = agreed;
  if (cost.due >= 0 || currency === null) return;
  if ((await getSetting(scope, 'subscriptions.creditProration')) !== true) return;
  await credit(scope, {
    ...{ customer: row.customer, unit: currency, amount: -cost.due, grantSource: 'refund' },
    reference: { type: 'subscription', id: row.id },
    source: 'subscriptions.change',
  });
}
