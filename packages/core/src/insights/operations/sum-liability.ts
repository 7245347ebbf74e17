/** What is owed to customers in kind: what they bought and were given and have not used, and what is set aside. */
import { type Money, moneyOf } from '../../catalog/index.ts';
import type { Bucket, Scope } from '../../kernel/index.ts';
import type { Behind } from '../../ledger/index.ts';
import { type Months, readMonths } from '../months.ts';
import { moveOf, sumMoves } from '../moves.ts';
import { openWithdrawals, type Stock, sumStocks } from '../stocks.ts';
import { foldBehind, walletUnits } from '../wallets.ts';

/** Lots of one source. */
export type SourceLots = {
  /** `order`, `top_up`, `promotion`, `reward`, `refund`, `adjustment`, `transfer`, `exchange`, `plan`, `rollover`, `overage`. */
  readonly source: string;
  /** Neither used nor set aside, and not over. */
  readonly unspent: Money;
  /** Of lots that begin later. They are in no balance yet. */
  readonly waiting: Money;
  /** What ended unused in the months that are asked for, the current one included. */
  readonly expired: Money;
};

export type Liability = {
  readonly unit: string;
  /** Liability: what was paid for (`order`, `top_up`), is neither used nor set aside, and has not ended; what begins later is in it. */
  readonly paid: Money;
  /** The same of what was given away: `promotion`, `reward`. */
  readonly promotional: Money;
  /** The same of all other sources: plans' quotas, refunds, corrections, and what came by transfer or exchange, whoever paid for it once. */
  readonly other: Money;
  /** Breakage: what was paid for and ended unused in the months that are asked for, the current one included. */
  readonly breakage: Money;
  /** Set aside by holds that are open and not over, those of withdrawals among them: in none of the figures above. */
  readonly held: Money;
  /** Of `held`: for withdrawals that are asked for and neither paid, failed, rejected nor canceled. */
  readonly withdrawals: Money & { readonly count: number };
  /** Used or set aside before anything paid for it: what customers owe. */
  readonly uncovered: Money;
  /** What all balances are together: what is unspent and has begun, and what is held, less what is uncovered. */
  readonly settled: Money;
  /** What the figures are made of, by source; only sources that have something. */
  readonly sources: readonly SourceLots[];
};

/** What was paid for. */
const bought: readonly string[] = ['order', 'top_up'];
/** What was given away. */
const given: readonly string[] = ['promotion', 'reward'];

type Lots = Record<'unspent' | 'waiting' | 'expired', number>;
type Total = Record<'settled' | 'held' | 'uncovered', number> & {
  readonly lots: Map<string, Lots>;
};

/**
 * As of now: what has ended or begun by time alone counts, also where nobody has touched the balance since. Of units that have
 * something to show, or of the one that is named; gauges count levels and are left out. Writes nothing.
 *
 * @throws {ValidationError} Names each field that cannot be read. @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function sumLiability(scope: Scope, input: Months = {}): Promise<Liability[]> {
  const months = readMonths(scope, input);
  const units = walletUnits(scope, input.unit);
  const totals = new Map<string, Total>();
  const of = (unit: string) => {
    const total = totals.get(unit) ?? { settled: 0, held: 0, uncovered: 0, lots: new Map() };
    totals.set(unit, total);
    return total;
  };
  const told = await foldBehind(scope, units, (behind) => {
    addBehind(of(behind.unit), behind, months);
  });
  for (const stock of await sumStocks(scope, { units, told })) addStock(of(stock.unit), stock);
  for (const { unit, source, amount } of await sumMoves(scope, {
    ...{ months, units, told, kind: 'expiry' as const },
  }))
    addLots(of(unit), source, { expired: 0 - amount });
  const underway = await openWithdrawals(scope, units);
  for (const unit of input.unit === undefined ? [] : units) of(unit);
  return [...totals]
    .map(([unit, total]) => shown(scope, { unit, total, underway: underway.get(unit) }))
    .filter(({ unit, sources, held, uncovered }) =>
      [unit === input.unit, sources.length, held.amount, uncovered.amount].some(Boolean),
    )
    .sort((one, other) => (one.unit < other.unit ? -1 : 1));
}

function addLots(total: Total, source: string, more: Partial<Lots>): void {
  const { unspent, waiting, expired } = total.lots.get(source) ?? {
    ...{ unspent: 0, waiting: 0, expired: 0 },
  };
  total.lots.set(source, {
    unspent: unspent + (more.unspent ?? 0),
    waiting: waiting + (more.waiting ?? 0),
    expired: expired + (more.expired ?? 0),
  });
}

function addBehind(total: Total, behind: Behind, months: readonly Bucket[]): void {
  total.settled += behind.settled;
  total.held += behind.held;
  total.uncovered += behind.uncovered;
  for (const { source, free, waits } of behind.lots)
    addLots(total, source, waits ? { waiting: free } : { unspent: free });
  for (const entry of behind.entries) {
    if (entry.kind !== 'expiry') continue;
    for (const { source, amount } of moveOf(behind.unit, entry, months))
      addLots(total, source, { expired: 0 - amount });
  }
}

function addStock(total: Total, stock: Stock): void {
  total.settled += stock.settled;
  total.held += stock.held;
  total.uncovered += stock.uncovered;
  if (stock.source !== null)
    addLots(total, stock.source, { unspent: stock.unspent, waiting: stock.waiting });
}

function shown(
  scope: Scope,
  input: {
    readonly unit: string;
    readonly total: Total;
    readonly underway?: { readonly amount: number; readonly count: number } | undefined;
  },
): Liability {
  const { unit, total, underway = { amount: 0, count: 0 } } = input;
  const money = (amount: number) => moneyOf(scope, unit, amount === 0 ? 0 : amount);
  const lots = [...total.lots].filter(([, one]) => Object.values(one).some(Boolean)).sort();
  const sum = (isOf: (source: string) => boolean, of: (lots: Lots) => number) =>
    money(lots.reduce((all, [source, one]) => (isOf(source) ? all + of(one) : all), 0));
  const left = ({ unspent, waiting }: Lots) => unspent + waiting;
  const isBought = (source: string) => bought.includes(source);
  const isGiven = (source: string) => given.includes(source);
  return {
    ...{ unit, paid: sum(isBought, left), promotional: sum(isGiven, left) },
    other: sum((source) => !isBought(source) && !isGiven(source), left),
    breakage: sum(isBought, ({ expired }) => expired),
    held: money(total.held),
    withdrawals: { ...money(underway.amount), count: underway.count },
    ...{ uncovered: money(total.uncovered), settled: money(total.settled) },
    sources: lots.map(([source, { unspent, waiting, expired }]) => ({
      ...{ source, unspent: money(unspent), waiting: money(waiting), expired: money(expired) },
    })),
  };
}
