/** What a host writes of an offer in `defineCatalog`, as types: what is sold, for how much, for how long, and to whom. */
import type { Duration, KeysOfKind } from './definition.ts';

/**
 * How long what is bought stays valid: `once` is for good; a word, or a duration of days, months or years from P1D to P1Y, or
 * of seconds (`PT90S`).
 */
export type Cycle =
  | 'once'
  | 'daily'
  | 'weekly'
  | 'bi-weekly'
  | 'monthly'
  | 'trimester'
  | 'semester'
  | 'yearly'
  | Duration;

export interface OfferDefinition<U, F, P, O extends string = string> {
  readonly title?: string | undefined;
  /** Offers that follow on each other or stand for each other: `append`, `unlockedBy` and a customer's purchases go by it. */
  readonly group?: string | undefined;
  /** Informative. */
  readonly kind?: 'subscription' | 'tokens' | 'expertise' | undefined;
  /** Of one piece, per currency; the plan's unless said. Zero is free; an offer without a price is sold in bundles only. */
  readonly price?: { readonly [K in keyof U]?: number | undefined } | undefined;
  /** What a paid order creates, extends or changes the customer's subscription to. */
  readonly plan?: P | undefined;
  /** `once` unless said. */
  readonly cycle?: Cycle | undefined;
  /** Units of one piece. */
  readonly grants?: { readonly [K in keyof U | KeysOfKind<F, 'metered'>]?: number } | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Most pieces that a customer buys over all orders, or in one (`per: 'order'`). */
  readonly limit?:
    | { readonly quantity: number; readonly per?: 'customer' | 'order' | undefined }
    | undefined;
  /** Only for who has a paid, unexpired purchase of one of these groups. Left out or empty: for everyone. */
  readonly unlockedBy?: readonly string[] | undefined;
  /** Of unlocked offers with one key the heaviest is listed, and no regular one. */
  readonly override?: { readonly key: string; readonly weight?: number | undefined } | undefined;
  /** For display only. */
  readonly popular?: number | undefined;
  /** It begins when the customer's last purchase of its group ends. */
  readonly append?: boolean | undefined;
  /** What it grants counts only once it has begun. */
  readonly notBeforeStart?: boolean | undefined;
  /** Offers that come with it at no further price. */
  readonly items?:
    | readonly {
        readonly offer: O;
        /** In each piece; 1 unless said. */
        readonly quantity?: number | undefined;
        /** Instead of the cycle of the offer, where that appends. */
        readonly cycle?: Cycle | undefined;
      }[]
    | undefined;
  /** Not for new orders; those there are go on. */
  readonly archived?: boolean | undefined;
}
