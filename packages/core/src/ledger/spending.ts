/** What a spend or a hold is asked with, and what it answers: shared by its fast form and its slow one. */
import type { Party } from '../customers/index.ts';
import type { Figures } from './figures.ts';

export type Spend = {
  readonly customer: string;
  readonly kind?: string | undefined;
  readonly unit: string;
  /** Above zero, in the unit's minor unit. */
  readonly amount: number;
  /** When something else than the unit is used: credits that pay for a feature. */
  readonly feature?: string | undefined;
  readonly usedBy?: Party | undefined;
  readonly key?: string | undefined;
  /** After the unit itself, this unit pays, `cost` per use. */
  readonly credits?: { readonly unit: string; readonly cost: number } | null | undefined;
  readonly from?: 'quota' | 'credits' | 'both' | undefined;
  /** Reserves instead of spending. */
  readonly hold?: { readonly id: string; readonly expiresAt: Date | null } | undefined;
  readonly reference?: { readonly type: string; readonly id: string } | undefined;
  readonly source: string;
  /** What the key's hash is made of. */
  readonly request: unknown;
};

export type SpendAnswer =
  | {
      readonly allowed: true;
      readonly transferId: string;
      readonly replayed: boolean;
      /** The hold that was placed, or that the key had placed before. */
      readonly hold: string | null;
      readonly figures: Figures;
    }
  | {
      readonly allowed: false;
      readonly reason: 'customer_frozen' | 'insufficient';
      readonly figures: Figures;
      readonly credits: Figures | null;
    };

/** A spend with what was looked up for it. */
export type Prepared = Spend & {
  readonly hash: bigint | undefined;
  readonly usedById: number | null;
  readonly featureId: number | null;
};
