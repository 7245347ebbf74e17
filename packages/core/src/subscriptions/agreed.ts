/** A change of plan as it was agreed. */
import type { FrozenItem } from './items.ts';

/** What becomes of a subscription; as JSON on its row while it waits. */
export type PlanChange = {
  readonly plan: string;
  readonly version: number;
  readonly planVersionId: number;
  readonly family: string | null;
  readonly familyId: number | null;
  readonly period: string | null;
  /** Of its prices; `null` where the plan has none. */
  readonly currency: string | null;
  readonly pastDue: string | null;
  readonly billing: 'none' | 'order' | 'gateway';
  /** What the version sells, frozen when it was agreed. */
  readonly items: readonly FrozenItem[];
  /** Periods count anew from the change. */
  readonly isReanchored: boolean;
  readonly usage: 'keep' | 'reset';
  /** Leads the quota references of what is counted anew. */
  readonly lead: string;
};

/** Waits for the end of the period of this number, wherever pauses move it. */
export type ScheduledChange = PlanChange & { readonly afterPeriod: number };
