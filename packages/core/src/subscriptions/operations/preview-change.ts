/** Showing what a change of plan comes to, from the same agreement that the change is made of. */
import { type Money, moneyOf } from '../../catalog/index.ts';
import { type CustomerRow, findCustomer } from '../../customers/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { type Agreed, agreeChange } from '../agree-change.ts';
import { type Window, windowNumbered } from '../calendar.ts';
import { type PreviewChange, readChange } from '../change-input.ts';
import { type OverLimit, overGauges, usedNow } from '../over-limit.ts';
import { changed, type UsedBefore } from '../plan-change.ts';
import { liveSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { featureOfItem, type SubscriptionFeature } from '../subscription.ts';
import { findTarget } from '../target.ts';

export type ChangePreview = {
  /** Handed to `change` within half an hour, exactly this is done, or refused with `preview_stale`. */
  readonly token: string;
  readonly timing: 'now' | 'period_end';
  /** When it holds. */
  readonly at: Date;
  /** Of the new plan, for what is left of the period, or for a whole one that begins with the change. */
  readonly charge: Money;
  /** Of the old plan, for what is left of the period. */
  readonly credit: Money;
  /** Charge less credit; below zero, more was paid than is charged. */
  readonly due: Money;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Features that are counted, before and after; `null` where one side does not have it. */
  readonly quotas: readonly {
    readonly feature: string;
    readonly before: SubscriptionFeature['quota'];
    readonly after: SubscriptionFeature['quota'];
  }[];
  /** More is used, or taken up, than will be allowed. */
  readonly overLimit: readonly OverLimit[];
  /** The period it holds from, and the next. */
  readonly periods: readonly Window[];
};

/**
 * What `change` with the same input would do, as of now. Writes nothing.
 *
 * @throws As `changePlan`, but for features over their limit, which are listed.
 */
export async function previewChange(scope: Scope, input: PreviewChange): Promise<ChangePreview> {
  const asked = readChange(input);
  const customer = await findCustomer(scope, input.customer);
  if (!customer)
    throw new NotFoundError('subscription', input.subscription ?? `of ${input.customer}`);
  const rows = await liveSubscriptions(scope, { customerId: customer.id, now: scope.now });
  const row = await findTarget(scope, { customer, rows }, input.subscription, 'none');
  const agreed = await agreeChange(scope, row, asked);
  return shown(scope, { customer, row, agreed });
}

async function shown(
  scope: Scope,
  input: { customer: CustomerRow; row: SubscriptionRow; agreed: Agreed },
): Promise<ChangePreview> {
  const { row, agreed } = input;
  const { cost, token, timing, at: moment } = agreed;
  const used = timing === 'now' ? await usedNow(scope, row) : new Map<string, number>();
  const after = changed(row, agreed.change, moment, used);
  const [before, then] = [row, after].map(({ items }) => items.map(featureOfItem));
  const names = (one: typeof before, other: typeof before) =>
    (one ?? [])
      .map(({ feature }) => feature)
      .filter((name) => !other?.some((has) => has.feature === name));
  const unit = agreed.currency;
  const money = (amount: number): Money =>
    unit === null
      ? { amount, unit: 'XXX', scale: 0, formatted: String(amount) }
      : moneyOf(scope, unit, amount);
  const number =
    timing === 'now' && !agreed.change.isReanchored
      ? agreed.window.number
      : agreed.window.number + 1;
  return {
    ...{ token, timing, at: moment },
    charge: money(cost.charge),
    credit: money(cost.credit),
    due: money(cost.due),
    gained: names(then, before).sort(),
    lost: names(before, then).sort(),
    quotas: quotasOf(before ?? [], then ?? []),
    overLimit: [...(await overGauges(scope, input)), ...overQuotas(after, { used, agreed })],
    periods: [number, number + 1].flatMap((one) => periodOf(after, one) ?? []),
  };
}

function periodOf(after: SubscriptionRow, number: number): Window | null {
  const window = windowNumbered(after, 'period', number);
  return window && { number, startsAt: window.startsAt, endsAt: window.endsAt };
}

function quotasOf(
  before: readonly SubscriptionFeature[],
  after: readonly SubscriptionFeature[],
): ChangePreview['quotas'] {
  const counted = [...before, ...after].filter(
    ({ kind }) => kind === 'metered' || kind === 'gauge',
  );
  const quota = (all: readonly SubscriptionFeature[], name: string) =>
    all.find((one) => one.feature === name)?.quota ?? null;
  return [...new Set(counted.map(({ feature }) => feature))].sort().map((feature) => ({
    ...{ feature, before: quota(before, feature), after: quota(after, feature) },
  }));
}

function overQuotas(
  { items }: SubscriptionRow,
  { used, agreed }: { used: UsedBefore; agreed: Agreed },
): OverLimit[] {
  if (agreed.timing !== 'now' || agreed.change.usage === 'reset') return [];
  return items.flatMap(({ feature, kind, quota }) => {
    const spent = used.get(feature) ?? 0;
    return kind === 'metered' && quota !== null && spent > quota
      ? [{ feature, used: spent, quota, policy: 'freeze' as const }]
      : [];
  });
}
