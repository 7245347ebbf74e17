/** Where exchange rates come from. A look-up may wait for anything, so it never happens inside a transaction. */
import type { Quotient, Scope } from '../kernel/index.ts';
import { RateMissingError } from './errors.ts';

/** How much of a unit one has for another: `of` wholes of `to` for `per` wholes of `from`, as decimals. */
export type Rate = Quotient & {
  /** Who says so, such as `ECB`. */
  readonly source: string;
  /** Since when it holds. */
  readonly at: Date;
};

export type RatePair = { readonly tenant: string; readonly from: string; readonly to: string };

/** What the option `rates` takes. */
export interface Rates {
  /** `null`: there is none. */
  find(pair: RatePair): Rate | null | Promise<Rate | null>;
}

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly rates?: Rates | undefined;
  }
}

/**
 * A fixed table: what one whole of the base is worth in each other unit. Between two others it is their exact quotient.
 *
 * @param table.rates Decimals by unit: `{ base: 'EUR', rates: { USD: '1.0842', points: '100' } }`.
 */
export function fixedRates(table: {
  base: string;
  rates: Readonly<Record<string, string>>;
  /** `fixed` unless said. */
  source?: string | undefined;
  /** 1970 unless said. */
  at?: Date | undefined;
}): Rates {
  const { base, rates, source = 'fixed', at = new Date(0) } = table;
  const worth = (unit: string) =>
    unit === base ? '1' : Object.hasOwn(rates, unit) ? rates[unit] : undefined;
  return {
    find({ from, to }) {
      const [per, of] = [worth(from), worth(to)];
      return per === undefined || of === undefined ? null : { of, per, source, at };
    },
  };
}

/**
 * The rate for a pair.
 * @throws {RateMissingError} There is none, or it would have to be waited for inside a transaction.
 */
export async function findRate(scope: Scope, pair: { from: string; to: string }): Promise<Rate> {
  const found = scope.ports.rates?.find({ tenant: scope.tenant.key, ...pair }) ?? null;
  if (found instanceof Promise && scope.inTransaction)
    throw new RateMissingError(pair, 'cannot be waited for inside a transaction');
  const rate = await found;
  if (!rate) throw new RateMissingError(pair, 'is not known');
  return rate;
}
