/**
 * What a change of plan comes to, at an instant: when it holds, what it costs, what the subscription sells then. Preview and
 * change both ask here, so that what was shown is what is done.
 */
import type { PlanVersion } from '../catalog/index.ts';
import { contentHash, type Scope } from '../kernel/index.ts';
import { InvalidStateError } from '../ledger/index.ts';
import type { PlanChange } from './agreed.ts';
import { type Window, windowAt } from './calendar.ts';
import type { AskedChange } from './change-input.ts';
import { NotSelfServiceError, PreviewStaleError } from './errors.ts';
import { fault } from './input.ts';
import { itemsOfPlan } from './items.ts';
import { billingAt } from './payments.ts';
import { findVersion } from './plan-version.ts';
import { type Cost, costOf, isDearer, nothingDue } from './proration.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt } from './state.ts';

export type Agreed = {
  readonly change: PlanChange;
  readonly timing: 'now' | 'period_end';
  /** When it holds. */
  readonly at: Date;
  /** The period it is counted in. */
  readonly window: Window;
  readonly cost: Cost;
  /** Of the cost; `null` where no plan has a price. */
  readonly currency: string | null;
  /** Stands for all of this and what it was made from. */
  readonly token: string;
};

/** How long a preview may be taken at its word. */
const previewMilliseconds = 30 * 60_000;

/**
 * What was previewed, or what is asked for now.
 *
 * @throws {PreviewStaleError} What the preview was made from has changed, or it is older than half an hour.
 * @throws {PlanUnknownError} No such plan or version.
 * @throws {NotSelfServiceError} Asked with `selfService`, and customers cannot start this plan themselves.
 * @throws {InvalidStateError} It is upcoming, paused or ended, or on that plan already; to be scheduled, also canceled or without a period.
 * @throws {ValidationError} Plans of another family, and prices of another currency, cannot be scheduled or charged so.
 */
export async function agreeChange(
  scope: Scope,
  row: SubscriptionRow,
  asked: AskedChange,
): Promise<Agreed> {
  if (asked.token === null) return agreeAt(scope, row, asked, scope.now);
  const at = new Date(Number.parseInt(asked.token.split('.')[0] ?? '', 36));
  const age = scope.now.getTime() - at.getTime();
  if (!(age >= 0 && age <= previewMilliseconds)) throw new PreviewStaleError(row.id);
  const agreed = await agreeAt(scope, row, asked, at);
  const running = windowAt(row, 'period', scope.now);
  const isStale =
    agreed.token !== asked.token || running?.number !== windowAt(row, 'period', at)?.number;
  if (isStale) throw new PreviewStaleError(row.id);
  return agreed;
}

async function agreeAt(
  scope: Scope,
  row: SubscriptionRow,
  asked: AskedChange,
  now: Date,
): Promise<Agreed> {
  const to = await findVersion(scope, asked.plan, asked.version);
  if (asked.selfService && !to.plan.selfService) throw new NotSelfServiceError(asked.plan);
  refuseUnchangeable(row, { to, asked, now });
  const prices = await pricesOf(scope, { row, to, asked });
  const timing = timingOf(asked, {
    from: { price: prices.from, period: row.period },
    to: { price: prices.to, period: to.plan.period },
  });
  const running = windowAt(row, 'period', now);
  if (!running) throw new InvalidStateError(`${row.id} has not begun.`);
  if (timing === 'period_end') refuseUnschedulable(row, { to, running, now });
  const at = timing === 'now' || running.endsAt === null ? now : running.endsAt;
  const isReanchored = row.period !== to.plan.period || asked.proration === 'full';
  const cost = stateAt(row, at).onTrial
    ? nothingDue
    : costOf(row, { ...prices, mode: asked.proration, isReanchored, window: running, at });
  const terms = { isReanchored, usage: asked.usage, currency: prices.currency };
  const change = changeTo(scope, row, to, terms);
  const { plan, version, period } = change;
  const facts = [
    ...[row.id, row.revision, plan, version, period, timing, at, running, cost, prices.currency],
    ...[asked.proration, asked.usage],
  ];
  const token = `${now.getTime().toString(36)}.${contentHash(facts).slice(0, 32)}`;
  return { change, timing, at, window: running, cost, currency: prices.currency, token };
}

/** What a subscription becomes with that version. */
export function changeTo(
  scope: Scope,
  row: SubscriptionRow,
  to: PlanVersion,
  { isReanchored, usage, currency }: Pick<PlanChange, 'isReanchored' | 'usage' | 'currency'>,
): PlanChange {
  const { family, period, pastDue } = to.plan;
  const billing = billingAt(to.plan, currency);
  return {
    ...{ plan: to.planKey, version: to.version, planVersionId: to.id, familyId: to.familyId },
    ...{ family, period, pastDue, billing, isReanchored, usage },
    currency: Object.hasOwn(to.plan.price, currency ?? '') ? currency : null,
    items: itemsOfPlan(scope, to.plan),
    lead: `${row.id}/${row.revision + 1}`,
  };
}

function refuseUnchangeable(
  row: SubscriptionRow,
  { to, asked, now }: { to: PlanVersion; asked: AskedChange; now: Date },
): void {
  const state = stateAt(row, now);
  if (state.ended) throw new InvalidStateError(`${row.id} has ended.`);
  if (state.upcoming) throw new InvalidStateError(`${row.id} has not begun.`);
  if (state.paused) throw new InvalidStateError(`${row.id} is paused: unpause it first.`);
  const isSame = row.plan === to.planKey && row.version === to.version;
  if (isSame && asked.usage === 'keep' && asked.proration !== 'full')
    throw new InvalidStateError(`${row.id} is on ${to.planKey} already.`);
}

function refuseUnschedulable(
  row: SubscriptionRow,
  { to, running, now }: { to: PlanVersion; running: Window; now: Date },
): void {
  if (stateAt(row, now).canceled)
    throw new InvalidStateError(`${row.id} is canceled: resume it first.`);
  if (running.endsAt === null)
    throw new InvalidStateError(`${row.id} has no period that ends: change it now.`);
  if (to.familyId !== row.familyId) throw fault('/at', 'must be now for a plan of another family');
}

type Prices = { readonly from: number; readonly to: number; readonly currency: string | null };

/** What both cost in one currency; a plan without a price is free. */
async function pricesOf(
  scope: Scope,
  { row, to, asked }: { row: SubscriptionRow; to: PlanVersion; asked: AskedChange },
): Promise<Prices> {
  const before =
    row.plan === null ? {} : (await findVersion(scope, row.plan, row.version)).plan.price;
  const after = to.plan.price;
  const known = [before, after]
    .map((price) => Object.keys(price))
    .filter((keys) => keys.length > 0);
  const shared = known[0]?.filter((key) => known.every((keys) => keys.includes(key))) ?? [];
  if (known.length === 0) return { from: 0, to: 0, currency: null };
  const own = row.currency !== null && shared.includes(row.currency) ? row.currency : shared[0];
  const currency = asked.currency ?? own ?? null;
  if (currency === null || !shared.includes(currency))
    throw fault(
      '/currency',
      `must be one that both plans have a price in: ${shared.join(', ') || 'there is none'}`,
    );
  return { from: before[currency] ?? 0, to: after[currency] ?? 0, currency };
}

function timingOf(
  { timing }: AskedChange,
  { from, to }: Record<'from' | 'to', { price: number; period: string | null }>,
): 'now' | 'period_end' {
  if (timing !== 'auto') return timing;
  return isDearer(to, from) ? 'now' : 'period_end';
}
