/** Crediting many customers in one call. */
import type { Instant } from '../subscriptions/index.ts';

export type ImportLine = {
  customer: string;
  unit: string;
  amount: number;
  /** `top_up` unless said. */
  source?: 'top_up' | 'promotion' | 'reward' | 'refund' | 'adjustment' | 'order' | undefined;
  reference?: { type: string; id: string } | undefined;
  expiresAt?: Instant | undefined;
  effectiveAt?: Instant | undefined;
  notBeforeStart?: boolean | undefined;
  priority?: number | undefined;
};

export type ImportProgress = {
  readonly lines: number;
  readonly credited: number;
  /** Credited before, by an earlier run under the same key. */
  readonly replayed: number;
  readonly refused: number;
};

export type NewImport = {
  /** 1 to 200 characters: under the same one the same list credits nothing twice, whole or from where it was cut off. */
  key: string;
  /** Read once, in order, as fast as it is credited. */
  credits: Iterable<ImportLine> | AsyncIterable<ImportLine>;
  /** After each batch of 100 lines, when it is committed. */
  onProgress?: ((progress: ImportProgress) => unknown) | undefined;
};

export type ImportSummary = ImportProgress & {
  /** The first 100; `line` counts from 1. */
  readonly refusals: readonly {
    readonly line: number;
    readonly code: string;
    readonly detail: string;
  }[];
};
