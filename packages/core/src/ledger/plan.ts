/**
 * What the ledger asks of the floor above: which quota windows feed a balance at a moment, and until when that holds.
 *
 * The answer is a pure reading of stored moments; the ledger compares it with what it has issued and books
 * the difference, once, under the balance's lock.
 */
import type { CustomerRow } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';

export type Rollover = {
  /** Reference of the window before. */
  readonly from: string;
  /** The quota then in force: what was left of that window if nobody touched the balance during it. */
  readonly fromQuota: number;
  /** True: it may have been changed during that window, and is what was in force at its end. */
  readonly fromMayShrink: boolean;
  /** True: it ended with a pause, so what was left of it could not be used and still rolls over. */
  readonly fromPaused: boolean;
  /** Used in it before a re-anchor cut it. */
  readonly fromUsedBefore: number;
  readonly max: number;
  readonly expiresAt: Date | null;
};

/** One period's quota from one source, in force now. */
export type QuotaWindow = {
  /** `<subscription>/<feature>/<period>`, or `default/<customer>/<family>/<feature>/<k>`: issued once. */
  readonly reference: string;
  /** `null` is unlimited. */
  readonly quota: number | null;
  /** Paused: nothing of it is left until it returns. */
  readonly suspended: boolean;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly priority: number;
  readonly soft: boolean;
  /** How far a soft quota may be passed in a period; `null` for no cap. */
  readonly overageMax: number | null;
  /** Used in the cut period before a re-anchor, counted against this quota; below zero, what a reset has forgiven. */
  readonly usedBefore: number;
  readonly rollover: Rollover | null;
};

/** The most that may be drawn in a part of the period, whatever pays: 10 a day, say, inside 300 a month. */
export type SubWindow = { readonly max: number; readonly startsAt: Date; readonly endsAt: Date };

export type BalancePlan = {
  readonly windows: readonly QuotaWindow[];
  /** The part of the period that contains now; `null` without a cap. */
  readonly subWindow: SubWindow | null;
  /** Gauges: the sum of the ceilings; `null` is unlimited, 0 that none is carried. */
  readonly ceiling: number | null;
  /** Percent of the summed quota at which `quota.threshold` is announced. */
  readonly thresholds: readonly number[];
  /** The next instant at which this answer changes by time alone; `null` for never. */
  readonly nextChangeAt: Date | null;
};

export type PlanOf = (
  scope: Scope,
  input: { customer: CustomerRow; unit: string; now: Date; lock: boolean },
) => Promise<BalancePlan>;

/** As `PlanOf`, of many balances at one moment, in their order. */
export type PlansOf = (
  scope: Scope,
  input: {
    asked: readonly { readonly customer: CustomerRow; readonly unit: string }[];
    now: Date;
    lock: boolean;
  },
) => Promise<readonly BalancePlan[]>;

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly planOf: PlanOf;
    /** Without it, one by one. */
    readonly plansOf?: PlansOf | undefined;
  }
}
