/**
 * What a customer has bought, group by group, for a page that says what is left and what to buy again.
 *
 * What is left of a purchase is what is left of the lots it granted; more may be available of its units, from elsewhere.
 */
import { type Money, moneyOf } from '../../catalog/index.ts';
import { type CustomerRow, findCustomer } from '../../customers/index.ts';
import { addDuration, multiply, type Scope, sql } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { boughtOf } from '../order.ts';
import { type Balances, balancesOf, leftOf, lotsOf } from '../remaining.ts';
import { type OrderRow, selectOrders } from '../rows.ts';
import { isHeld, isOpen, statusAt } from '../status.ts';
import type { Purchase } from './list-purchases.ts';

export type ListCredits = {
  readonly customer: string;
  /** ISO 8601: what ends within it is warned of; as the setting `credits.warnExpiresIn` says, P7D, unless given. */
  readonly warnExpiresIn?: string | undefined;
  /** Units that are at or below it are warned of; as the setting `credits.warnAtOrBelow` says, 0, unless given. */
  readonly warnAtOrBelow?: number | undefined;
  /** Another minimum for these groups. */
  readonly minimums?: Readonly<Record<string, number>> | undefined;
};

export type CreditReason = 'inactive' | 'expiring' | 'low' | 'pending';

/** A bought line with what is left of it. */
export type Credit = Purchase & {
  /** Per unit it granted; `percent` is what is left of them. */
  readonly remaining: readonly (Money & { readonly percent: number })[];
  /** Percent of its time that has passed; `null` before it is paid, and for one that is for good. */
  readonly elapsed: number | null;
};

export type CreditGroup = {
  readonly group: string;
  /** `error`: bought and nothing of it is left to use. */
  readonly status: 'ok' | 'warn' | 'error';
  readonly reasons: readonly CreditReason[];
  /** Units that its paid purchases granted in all. */
  readonly bought: readonly Money[];
  /** Newest first. */
  readonly purchases: readonly Credit[];
};

/** The newest lines that are looked at. */
const linesMax = 1_000;

/** The groups of which the customer has bought or ordered, by name. Writes nothing; nobody has none. */
export async function listCredits(
  scope: Scope,
  input: ListCredits,
): Promise<readonly CreditGroup[]> {
  const customer = await findCustomer(scope, input.customer);
  if (!customer) return [];
  const rows = await selectOrders(scope, {
    where: sql`bought.customer_id = ${customer.id}::bigint and bought.offer_group is not null`,
    limit: linesMax,
  });
  const shown = rows.filter((row) => statusAt(row, scope.now) !== 'canceled');
  const view = await viewOf(scope, { customer, rows: shown, input });
  const groups = [...new Set(shown.flatMap(({ group }) => group ?? []))].sort();
  return groups.map((group) =>
    groupOf(
      scope,
      view,
      shown.filter((row) => row.group === group),
    ),
  );
}

type View = {
  readonly balances: Balances;
  readonly lots: ReadonlyMap<string, string>;
  readonly warnsUntil: Date;
  readonly leastOf: (group: string) => number;
};

async function viewOf(
  scope: Scope,
  { customer, rows, input }: { customer: CustomerRow; rows: OrderRow[]; input: ListCredits },
): Promise<View> {
  const within = input.warnExpiresIn ?? String(await getSetting(scope, 'credits.warnExpiresIn'));
  const least = input.warnAtOrBelow ?? Number(await getSetting(scope, 'credits.warnAtOrBelow'));
  const minimums = new Map(Object.entries(input.minimums ?? {}));
  const held = rows.filter((row) => isHeld(statusAt(row, scope.now)));
  return {
    balances: await balancesOf(scope, input.customer, rows),
    lots: await lotsOf(scope, customer.id, held),
    warnsUntil: addDuration(scope.now, within, 1, customer.timeZone),
    leastOf: (group) => minimums.get(group) ?? least,
  };
}

function groupOf(scope: Scope, view: View, rows: readonly OrderRow[]): CreditGroup {
  const lines = rows.map((row) => lineOf(scope, view, row));
  const paid = rows.filter((row) => !isOpen(row.status));
  const reasons = reasonsOf(view, lines);
  return {
    group: rows[0]?.group ?? '',
    status: reasons.includes('inactive') ? 'error' : reasons.length > 0 ? 'warn' : 'ok',
    reasons,
    bought: sumsOf(paid).map(([unit, amount]) => moneyOf(scope, unit, amount)),
    purchases: lines.map(({ credit }) => credit),
  };
}

/** `lives`: a lot of it is not over, or it grants nothing and its time is not; `isLeft`: there is something of it to lose. */
type Line = { readonly credit: Credit; readonly lives: boolean; readonly isLeft: boolean };

function lineOf(scope: Scope, view: View, row: OrderRow): Line {
  const lots = Object.entries(row.grants).map(([unit, amount]) => {
    const granted = multiply(amount, row.quantity);
    return { unit, granted, left: leftOf(scope, { row, unit, granted }, view) };
  });
  const isTimed = lots.length === 0 && isHeld(statusAt(row, scope.now));
  const credit = {
    ...{ order: row.id, parent: row.parentId, ...boughtOf(scope, row) },
    total: moneyOf(scope, row.currency, row.total),
    remaining: lots.map(({ unit, granted, left }) => ({
      ...moneyOf(scope, unit, left ?? 0),
      percent: percentOf(left ?? 0, granted),
    })),
    elapsed: elapsedOf(row, scope.now),
  };
  return {
    credit,
    lives: isTimed || lots.some(({ left }) => left !== null),
    isLeft: isTimed || lots.some(({ left }) => (left ?? 0) > 0),
  };
}

function reasonsOf(
  { balances, warnsUntil, leastOf }: View,
  lines: readonly Line[],
): CreditReason[] {
  const paid = lines.filter(({ credit }) => !isOpen(credit.status) && credit.status !== 'refunded');
  if (paid.length === 0)
    return lines.some(({ credit }) => isOpen(credit.status)) ? ['pending'] : [];
  if (!paid.some(({ lives }) => lives)) return ['inactive'];
  const ending = paid.filter(
    ({ credit: { expiresAt }, isLeft }) => isLeft && expiresAt !== null && expiresAt <= warnsUntil,
  );
  const units = new Set(paid.flatMap(({ credit }) => credit.remaining.map(({ unit }) => unit)));
  const least = leastOf(paid[0]?.credit.group ?? '');
  const isLow = [...units].some((unit) => (balances.get(unit)?.available ?? 0) <= least);
  return [
    ...(ending.length > 0 ? (['expiring'] as const) : []),
    ...(isLow ? (['low'] as const) : []),
  ];
}

function elapsedOf({ startsAt, expiresAt }: OrderRow, now: Date): number | null {
  if (startsAt === null || expiresAt === null) return null;
  const length = expiresAt.getTime() - startsAt.getTime();
  return percentOf(Math.min(Math.max(now.getTime() - startsAt.getTime(), 0), length), length);
}

/** A whole number from 0 to 100, rounded down: what shows 100 is whole. */
function percentOf(part: number, whole: number): number {
  return Math.floor((part / whole) * 100);
}

function sumsOf(rows: readonly OrderRow[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { grants, quantity } of rows)
    for (const [unit, amount] of Object.entries(grants))
      sums.set(unit, (sums.get(unit) ?? 0) + multiply(amount, quantity));
  return [...sums];
}
