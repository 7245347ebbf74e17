/** What a use is asked with, and what it answers: shared by taking, reserving and the guards. */
import type { UsedBy } from '../customers/index.ts';
import type { Allowed } from './decision.ts';

export type Use = {
  readonly customer: string;
  readonly kind?: string | undefined;
  readonly feature: string;
  /** In uses; 1 unless said. */
  readonly amount?: number | undefined;
  readonly usedBy?: UsedBy | undefined;
  readonly from?: 'quota' | 'credits' | 'both' | undefined;
  readonly idempotencyKey?: string | undefined;
  /** What else makes two requests under one key the same: a guard's route and body. */
  readonly bound?: unknown;
  readonly source?: string | undefined;
};

/** What was taken; `hold` names the reservation. */
export type Spent = Allowed & { readonly transferId: string; readonly hold?: string };
