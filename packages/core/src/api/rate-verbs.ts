/** `bursar.rates`: what one unit is worth in another, as hosts call it. */
import type { Keys } from '../catalog/index.ts';
import type {
  ConvertedMoney,
  Fetched,
  ListedRates,
  ManualRate,
  RateSource,
} from '../rates/index.ts';

export interface RateVerbs<K extends Keys> {
  /**
   * What an amount is worth in another unit, rounded once, half up, at `decimals` (what is paid in `to` unless said).
   * @throws {RateMissingError} Moves nothing either way.
   */
  convert(input: {
    from: K['unit'];
    to: K['unit'];
    amount: number;
    decimals?: number | undefined;
  }): Promise<ConvertedMoney>;
  /**
   * What one point is worth in each currency.
   * @throws {NotFoundError} Points are off. @throws {RateMissingError} A currency has no rate.
   */
  list(): Promise<ListedRates>;
  /** Where rates come from. */
  sources(): Promise<{
    readonly providers: readonly RateSource[];
    readonly manual: readonly ManualRate[];
  }>;
  /** Sets a rate of the tenant's own, before all others. With a reason it is kept in the audit. */
  set(input: {
    from: K['unit'];
    to: K['unit'];
    rate: string;
    reason?: string | undefined;
  }): Promise<{ readonly from: string; readonly to: string; readonly rate: string }>;
  /** Deletes it: others hold again. */
  unset(input: {
    from: K['unit'];
    to: K['unit'];
    reason?: string | undefined;
  }): Promise<{ readonly deleted: boolean }>;
  /** Fetches the sheets of all providers now. The worker does it by itself, every six hours; not inside a transaction. */
  refresh(): Promise<{
    readonly providers: readonly { readonly provider: string; readonly status: Fetched }[];
  }>;
}
