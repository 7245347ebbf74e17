/** From what was asked for to what is stored: moments, items, and where their quota references lead. */
import type { PlanSpec } from '../catalog/index.ts';
import type { CustomerRow } from '../customers/index.ts';
import { addDuration, type Scope } from '../kernel/index.ts';
import type { Asked } from './asked.ts';
import { type Calendar, windowAt } from './calendar.ts';
import { defaultReference } from './defaults.ts';
import { fault, readCount } from './input.ts';
import { type FrozenItem, itemOfTerms, itemsOfPlan, withQuotas } from './items.ts';
import { billingAt } from './payments.ts';
import type { SubscriptionMoments } from './state.ts';

/** What will be stored. */
export type Terms = Omit<SubscriptionMoments, 'unpaidSince'> & {
  readonly billing: 'none' | 'order' | 'gateway';
  /** From when on its periods are charged; `null`: from its start. */
  readonly billedFrom: Date | null;
  /** Of its prices; `null` where its plan has none. */
  readonly currency: string | null;
  readonly items: readonly FrozenItem[];
};

/** The interval of a subscription that no plan and nobody gave one. */
const usualPeriod = 'P1Y';

/**
 * Resolves what was asked for a customer and a plan.
 * @throws {FeatureUnknownError} A feature is not in the catalogue.
 * @throws {ValidationError} A quota is for a feature that is not sold here.
 */
export async function termsOf(
  scope: Scope,
  { asked, customer, plan }: { asked: Asked; customer: CustomerRow; plan: PlanSpec | null },
): Promise<Terms> {
  const { timeZone } = customer;
  const currency = currencyOf(asked, plan);
  const startsAt = asked.startsAt ?? scope.now;
  const reference =
    plan && writesDefaultDown(asked, plan) ? defaultReference(customer.id, plan) : undefined;
  const moments = {
    timeZone,
    startsAt,
    anchor: reference === undefined ? startsAt : customer.createdAt,
    endsAt: asked.endsAt,
    period: asked.period === undefined ? (plan ? plan.period : usualPeriod) : asked.period,
    trialEndsAt: trialEnd(asked, { startsAt, timeZone, plan }),
    ...{ shifts: [], pausedAt: null, resumesAt: null },
    pastDue: plan?.pastDue ?? null,
    currency,
  };
  const billing = billingOf(asked, { moments, plan, currency, now: scope.now });
  const sold = withQuotas(await itemsAsked(scope, asked, plan), asked.quota);
  const items = sold.map((item) => withReference(item, reference));
  return { ...moments, ...billing, items: withUse(items, { asked, moments, now: scope.now }) };
}

type BilledTerms = {
  readonly moments: Calendar & { readonly startsAt: Date };
  readonly plan: PlanSpec | null;
  readonly currency: string | null;
  readonly now: Date;
};

/**
 * What an order has bought is paid. Nobody is charged here for time before a subscription was made; of one that was paid elsewhere
 * until now, because it is imported or a gateway has charged it, also not for the period that is running.
 */
function billingOf(
  { source, external }: Asked,
  { moments, plan, currency, now }: BilledTerms,
): Pick<Terms, 'billing' | 'billedFrom'> {
  const billing = plan ? billingAt(plan, currency) : 'none';
  if (source === 'order') return { billing: 'none', billedFrom: null };
  if (billing === 'none' || moments.startsAt >= now) return { billing, billedFrom: null };
  const isElsewhere = source === 'import' || (billing === 'gateway' && external !== null);
  if (!isElsewhere) return { billing, billedFrom: now };
  const next = windowAt(moments, 'period', now)?.endsAt ?? null;
  return next === null ? { billing: 'none', billedFrom: null } : { billing, billedFrom: next };
}

function currencyOf({ currency }: Asked, plan: PlanSpec | null): string | null {
  const priced = Object.keys(plan?.price ?? {});
  if (currency === null) return priced[0] ?? null;
  if (priced.includes(currency)) return currency;
  throw fault(
    '/currency',
    `must be one the plan has a price in: ${priced.join(', ') || 'it has none'}`,
  );
}

/**
 * A subscription to the default plan as it is, from now, is what the customer has already: it keeps the anchor
 * and the quota references, so what was used stays used.
 */
function writesDefaultDown(asked: Asked, plan: PlanSpec): boolean {
  return plan.default && asked.startsAt === null && asked.period === undefined;
}

function withReference(item: FrozenItem, reference: string | undefined): FrozenItem {
  if (reference === undefined || item.kind !== 'metered') return item;
  return { ...item, options: { ...item.options, reference } };
}

async function itemsAsked(
  scope: Scope,
  asked: Asked,
  plan: PlanSpec | null,
): Promise<FrozenItem[]> {
  const own = await Promise.all(asked.features.map((feature) => itemOfTerms(scope, feature)));
  const planned = plan ? itemsOfPlan(scope, plan) : [];
  return [
    ...planned.filter((item) => !own.some((one) => one.feature === item.feature)),
    ...own.map((item) => ({ ...item, addedBy: 'hand' as const })),
  ];
}

function trialEnd(
  { trial }: Asked,
  { startsAt, timeZone, plan }: { startsAt: Date; timeZone: string; plan: PlanSpec | null },
): Date | null {
  if (trial === 'skip') return null;
  if (trial !== 'as planned' && 'until' in trial) return trial.until;
  const lasts = trial === 'as planned' ? (plan?.trial ?? null) : trial.lasts;
  return lasts === null ? null : addDuration(startsAt, lasts, 1, timeZone);
}

function withUse(
  items: readonly FrozenItem[],
  {
    asked,
    moments,
    now,
  }: {
    asked: Asked;
    moments: Calendar;
    now: Date;
  },
): FrozenItem[] {
  for (const feature of Object.keys(asked.used)) {
    const metered = items.some((item) => item.feature === feature && item.kind === 'metered');
    if (!metered) throw fault(`/used/${feature}`, 'is no metered feature sold here');
  }
  return items.map((item) => {
    const used = asked.used[item.feature];
    if (used === undefined) return item;
    const number = windowAt(moments, item.options.reset, now)?.number ?? 1;
    return {
      ...item,
      options: {
        ...item.options,
        usedBefore: { number, used: readCount(used, `/used/${item.feature}`) },
      },
    };
  });
}
