/** Letting what was used of a feature in its current window count for nothing. */
import { featureIdOf, featureOf } from '../../catalog/index.ts';
import { announce } from '../../events/index.ts';
import { json, type Scope, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { windowAt } from '../calendar.ts';
import { rebalanced } from '../change.ts';
import { commandOn } from '../command.ts';
import { NoQuotaError } from '../errors.ts';
import { readText } from '../input.ts';
import { usedNow } from '../over-limit.ts';
import type { SubscriptionRow } from '../rows.ts';
import { stateAt } from '../state.ts';
import type { Subscription } from '../subscription.ts';
import { readTarget, type Target } from '../target-input.ts';

export type ResetUsage = Target & { feature: string };

/**
 * Sets used of a metered feature to 0 in the window that contains now, and announces `quota.reset`. The whole quota is there
 * again; entries stay, so who used what stays readable. Where nothing was used it has no effect.
 *
 * @throws {NoQuotaError} The feature is not metered.
 * @throws {InvalidStateError} The subscription does not have it, is paused, or does not run.
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 */
export async function resetUsage(scope: Scope, input: ResetUsage): Promise<Subscription> {
  readTarget(input, ['feature']);
  const feature = readText(input.feature, '/feature', 64);
  const facts = { feature };
  return commandOn(scope, { verb: 'reset', input, facts }, async (inner, { customer, row }) => {
    const kind = featureOf(inner, feature)?.kind;
    if (kind !== undefined && kind !== 'metered') throw new NoQuotaError(feature, kind);
    const item = row.items.find((one) => one.feature === feature && one.kind === 'metered');
    const window = item && windowAt(row, item.options.reset, inner.now);
    if (!window || !stateAt(row, inner.now).valid)
      throw new InvalidStateError(`${row.id} gives no ${feature} now.`);
    return rebalanced(inner, { customer, items: [item] }, async () => {
      const used = (await usedNow(inner, { ...row, items: [item] })).get(feature) ?? 0;
      if (used <= 0) return row;
      const before = item.options.usedBefore;
      const counted = before?.number === window.number ? before.used : 0;
      const usedBefore = { number: window.number, used: counted - used };
      await store(inner, row, { feature, options: { ...item.options, usedBefore } });
      await announce(inner, {
        type: 'quota.reset',
        customer: row.customer,
        subject: { type: 'balance', id: feature },
        data: { feature, used, quota: item.quota ?? 'unlimited' },
      });
      return row;
    });
  });
}

async function store(
  scope: Scope,
  { id }: SubscriptionRow,
  { feature, options }: { feature: string; options: object },
): Promise<void> {
  await scope.run(sql`
    update bursar.subscription_items
       set options = ${json(options)}::text::jsonb, revision = revision + 1
     where (tenant_id, subscription_id, feature_id)
         = (${scope.tenant.id}::int, ${id}::text, ${await featureIdOf(scope, feature)}::int)`);
}
