/** What a rate is, and a host's own source of rates. */
import type { Quotient } from '../kernel/index.ts';

/** How much of a unit one has for another: `of` wholes of `to` for `per` wholes of `from`, as decimals. */
export type Rate = Quotient & {
  /** Who says so, such as `ECB`. */
  readonly source: string;
  /** Since when it holds. */
  readonly at: Date;
};

export type Pair = { readonly from: string; readonly to: string };
export type RatePair = Pair & { readonly tenant: string };

/** A host's own source of rates: a table or a function. What it promises cannot be waited for inside a transaction. */
export interface Rates {
  /** `null`: there is none. */
  find(pair: RatePair): Rate | null | Promise<Rate | null>;
}

/** A decimal above zero, with at most twelve digits before and after the point: what a provider or an operator may say. */
export function isDecimalRate(text: unknown): text is string {
  return typeof text === 'string' && /^\d{1,12}(\.\d{1,12})?$/.test(text) && /[1-9]/.test(text);
}

/** The rate the other way round: the same quotient, upside down. */
export function inverse(rate: Rate): Rate {
  return { ...rate, of: rate.per, per: rate.of };
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
