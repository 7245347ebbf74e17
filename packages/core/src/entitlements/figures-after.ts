/**
 * The figures of an answer to a spend, without asking again: the ledger returned what is left, and what was granted is
 * remembered for as long as the balance's epoch lasts.
 */
import type { Scope } from '../kernel/index.ts';
import { type Figures, readBalance } from '../ledger/index.ts';
import type { Facts } from './decision.ts';
import { type Ends, endsOf, meteredFacts, resetOf, withinCap } from './facts.ts';

/** What stays the same within an epoch. */
type Kept = {
  readonly epoch: number;
  readonly granted: number;
  readonly limit: Facts['limit'];
  readonly ends: Ends;
};

/**
 * The facts of a metered feature just after a spend.
 * Unlimited features are counted anew each time: nothing left tells what was used.
 */
export async function factsAfter(
  scope: Scope,
  { customer, feature }: { customer: string; feature: string },
  figures: Figures,
): Promise<Omit<Facts, 'requested' | 'replayed'>> {
  const memory = `granted/${feature}/${customer}`;
  const epoch = figures.validUntil.getTime();
  const kept = scope.recall<Kept>(memory);
  if (kept?.epoch === epoch) return factsOf(feature, kept, figures);
  const own = await readBalance(scope, { customer, unit: feature });
  const facts = meteredFacts(feature, own);
  const { granted, limit } = facts;
  if (granted !== null)
    scope.remember(memory, { epoch, granted, limit, ends: endsOf(own) } satisfies Kept);
  return facts;
}

function factsOf(
  feature: string,
  { granted, limit, ends }: Kept,
  figures: Figures,
): Omit<Facts, 'requested' | 'replayed'> {
  const { available, held, capLeft } = figures;
  return {
    feature,
    granted,
    used: Math.max(0, granted - available - held),
    held,
    available: withinCap(Math.max(0, available), capLeft),
    overage: Math.max(0, 0 - available),
    limit,
    resetsAt: resetOf(figures, ends),
  };
}
