/** The numbered periods of one subscription. */
import {
  CursorError,
  checkLimit,
  decodeCursor,
  encodeCursor,
  NotFoundError,
  type Page,
  type Scope,
} from '../../kernel/index.ts';
import { windowFigures } from '../../ledger/index.ts';
import { readText } from '../input.ts';
import { listPeriods, periodNumbers, type SubscriptionPeriod } from '../periods.ts';
import { findSubscription } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { endAt } from '../state.ts';

export type SubscriptionPeriods = {
  subscription: string;
  /** Given, another customer's subscription is not found. */
  customer?: string | undefined;
  /** 1 to 100; 20 unless said. */
  limit?: number | undefined;
  cursor?: string | undefined;
  /** Asks for what was granted and used of each feature in each of them, too. */
  usage?: boolean | undefined;
};

/** Of one feature in one period. What of it resets by an interval of its own is not among them. */
export type PeriodUsage = {
  readonly feature: string;
  /** In the end; `null` is unlimited. */
  readonly granted: number | null;
  readonly used: number;
};

/** `usage` is there when it was asked for; a feature that nobody touched in a period is not in it. */
export type PeriodWithUsage = SubscriptionPeriod & {
  readonly usage?: readonly PeriodUsage[] | undefined;
};

const list = 'periods';

/**
 * One page of periods, the first one first: up to the one that contains now, or with an end up to that.
 * Computed from stored moments; writes nothing.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function subscriptionPeriods(
  scope: Scope,
  input: SubscriptionPeriods,
): Promise<Page<PeriodWithUsage>> {
  const limit = checkLimit(input.limit);
  const after = readAfter(input.cursor);
  const row = await findSubscription(scope, readText(input.subscription, '/subscription'));
  if (!row || (input.customer !== undefined && row.customer !== input.customer)) {
    throw new NotFoundError('subscription', input.subscription);
  }
  const moments = { ...row, endsAt: endAt(row, scope.now) };
  const { first, last } = periodNumbers(moments, scope.now);
  const from = Math.max(first, after + 1);
  const to = Math.min(last, from + limit - 1);
  const items = listPeriods(moments, { from, to, known: scope.now });
  const next = to < last ? encodeCursor(list, [to]) : null;
  if (!input.usage) return { items, next };
  const usage = await usageOf(scope, row);
  return {
    items: items.map((period) => ({ ...period, usage: usage.get(period.number) ?? [] })),
    next,
  };
}

/** By the number of the period. Features that were lost since are among them. */
async function usageOf(
  scope: Scope,
  row: SubscriptionRow,
): Promise<ReadonlyMap<number, readonly PeriodUsage[]>> {
  const own = row.items.flatMap(({ options }) => options.reference ?? []);
  const leads = [...new Set([row.id, ...own])].map((lead) => `${lead}/`);
  const figures = await windowFigures(scope, { customerId: row.customerId, leads });
  const byPeriod = new Map<number, PeriodUsage[]>();
  for (const { unit, reference, granted, used } of figures) {
    const number = numberOf(reference, unit, leads);
    if (number === null) continue;
    const period = byPeriod.get(number) ?? [];
    const known = period.find(({ feature }) => feature === unit);
    const sum = {
      feature: unit,
      granted: granted === null || known?.granted === null ? null : granted + (known?.granted ?? 0),
      used: used + (known?.used ?? 0),
    };
    byPeriod.set(number, [...period.filter((one) => one !== known), sum]);
  }
  return byPeriod;
}

/** `<lead>/<unit>/<number>`, or `<lead>/<change>/<unit>/<number>`; `null` for a window of an interval of its own. */
function numberOf(reference: string, unit: string, leads: readonly string[]): number | null {
  const lead = leads.find((one) => reference.startsWith(one)) ?? '';
  const rest = reference.slice(lead.length);
  const at = rest.lastIndexOf('/');
  const path = rest.slice(0, at);
  const isOfPeriod =
    path === unit || (path.endsWith(`/${unit}`) && /^\d+$/.test(path.slice(0, -unit.length - 1)));
  return isOfPeriod ? Number(rest.slice(at + 1)) : null;
}

function readAfter(cursor: string | undefined): number {
  const position = decodeCursor(list, cursor);
  if (position === null) return 0;
  const [number] = position;
  if (typeof number !== 'number' || number < 1) throw new CursorError(list);
  return number;
}
