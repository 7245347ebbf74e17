/**
 * The figures of a balance without counting anew: what was granted, and when more comes, stay the same for as long as its
 * epoch lasts, and the rest follows from what its row says.
 */
import type { Scope } from '../kernel/index.ts';
import type { Figures, Projected } from '../ledger/index.ts';
import type { Facts } from './decision.ts';
import { besideQuota, type Ends, endsOf, resetOf, withinCap } from './facts.ts';

/** The figures of a decision about a balance. */
export type Counted = Pick<
  Facts,
  'granted' | 'used' | 'held' | 'available' | 'overage' | 'limit' | 'resetsAt'
>;

/** What stays the same within an epoch. */
type Kept = {
  readonly epoch: number;
  /** `null` when unlimited. */
  readonly granted: number | null;
  /** Used, held and available add up to it: spends, holds, captures and give-backs move units between the three. */
  readonly whole: number;
  /** What is used or held beyond this is overage. */
  readonly within: number;
  readonly limit: Facts['limit'];
  readonly ends: Ends;
};

type Whose = { readonly customer: string; readonly unit: string };

/** Keeps what was counted of a balance, where the rest will follow from its row. */
export function rememberFigures(
  scope: Scope,
  whose: Whose,
  { own, counted }: { own: Projected; counted: Counted },
): void {
  const { granted, limit, overage } = counted;
  if (!own.row || !follows(own, overage)) return;
  const taken = counted.used + own.held;
  const whole = taken + own.row.available;
  const within = overage > 0 ? taken - overage : whole;
  const kept: Kept = { epoch: own.row.epoch, granted, whole, within, limit, ends: endsOf(own) };
  scope.remember(memoryOf(whose), kept);
}

/**
 * Not where a hold reserves units of a period that is over (captured, they are no use of this one), nor where top-ups are
 * drawn beside a quota that was passed.
 */
function follows(own: Projected, overage: number): boolean {
  return own.reserved === own.held && (overage === 0 || besideQuota(own).length === 0);
}

/** What these figures come to; `null` when nothing is remembered of their epoch. */
export function countedFrom(scope: Scope, whose: Whose, figures: Figures): Counted | null {
  const kept = scope.recall<Kept>(memoryOf(whose));
  if (kept?.epoch !== figures.epoch) return null;
  const { granted, limit } = kept;
  const { held, available, capLeft } = figures;
  const taken = kept.whole - available;
  return {
    granted,
    used: Math.max(0, taken - held),
    held,
    available: withinCap(granted === null ? null : Math.max(0, available), capLeft),
    overage: granted === null ? 0 : Math.max(0, taken - kept.within),
    limit,
    resetsAt: resetOf(figures, kept.ends),
  };
}

function memoryOf({ customer, unit }: Whose): string {
  return `granted/${unit}/${customer}`;
}
