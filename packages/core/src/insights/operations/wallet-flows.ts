/** What came into customers' wallets and went out of them, per unit and calendar month. */
import { type Money, moneyOf } from '../../catalog/index.ts';
import type { Bucket, Scope } from '../../kernel/index.ts';
import type { UnbookedEntry } from '../../ledger/index.ts';
import { type Months, readMonths } from '../months.ts';
import { type Move, moveOf, sumMoves } from '../moves.ts';
import { foldBehind, walletUnits } from '../wallets.ts';

/** One kind of movement from one source. Signed: what came in is above zero, what went out below. */
export type Flow = {
  /** As in a statement: `credit`, `debit`, `capture`, `expiry`, `void`, `give_back`, `reversal`, `adjustment`. */
  readonly kind: UnbookedEntry['kind'];
  /**
   * Of a lot that came, ended or was taken back: where it was from (`order`, `top_up`, `promotion`, `reward`, `plan`, ...). Of all else
   * the account on the other side (`usage`, `payout`, `exchange`, `issued`), or `transfer` for another customer.
   */
  readonly source: string;
  readonly amount: Money;
};

export type FlowMonth = Bucket & {
  /** All that came in. */
  readonly in: Money;
  /** All that went out; below zero. Together with `in` it is what all wallets have more than a month before. */
  readonly out: Money;
  /** What `in` and `out` are made of. Each month of a unit has the same kinds and sources, in the same order. */
  readonly flows: readonly Flow[];
};

export type WalletFlows = { readonly unit: string; readonly months: readonly FlowMonth[] };

/**
 * Settled amounts by when they happened: a hold moves nothing, its capture does. What has ended or begun by time alone counts at its
 * instant, also where nobody has touched the balance since. Of units that moved in these months, or of the one that is named; gauges have
 * no wallet. Writes nothing.
 *
 * @throws {ValidationError} Names each field that cannot be read. @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function walletFlows(scope: Scope, input: Months = {}): Promise<WalletFlows[]> {
  const months = readMonths(scope, input);
  const units = walletUnits(scope, input.unit);
  const unbooked: Move[] = [];
  const told = await foldBehind(scope, units, ({ unit, entries }) => {
    for (const entry of entries) unbooked.push(...moveOf(unit, entry, months));
  });
  const moved = [...(await sumMoves(scope, { months, units, told })), ...unbooked];
  const shown = input.unit === undefined ? [...new Set(moved.map(({ unit }) => unit))] : units;
  return shown.sort().map((unit) => ({
    unit,
    months: monthsOf(scope, { unit, months, moved: moved.filter((one) => one.unit === unit) }),
  }));
}

function monthsOf(
  scope: Scope,
  input: { unit: string; months: readonly Bucket[]; moved: readonly Move[] },
): FlowMonth[] {
  const { unit, months, moved } = input;
  const money = (rows: readonly Move[], of: (row: Move) => number) =>
    moneyOf(
      scope,
      unit,
      rows.reduce((sum, row) => sum + of(row), 0),
    );
  const pairs = [...new Set(moved.map(({ kind, source }) => `${kind} ${source}`))].sort();
  return months.map((month, place) => {
    const own = moved.filter((row) => row.place === place);
    return {
      ...month,
      in: money(own, ({ came }) => came),
      out: money(own, ({ amount, came }) => amount - came),
      flows: pairs.map((pair) => {
        const [kind, source] = pair.split(' ') as [Flow['kind'], string];
        const same = own.filter((row) => row.kind === kind && row.source === source);
        return { kind, source, amount: money(same, ({ amount }) => amount) };
      }),
    };
  });
}
