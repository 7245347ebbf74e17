/**
 * The figures of an answer to a spend, without asking again: the ledger returned what is left, and what was granted is
 * remembered for as long as the balance's epoch lasts.
 */
import type { Scope } from '../kernel/index.ts';
import type { Figures } from '../ledger/index.ts';
import type { Facts } from './decision.ts';
import { checkFeature } from './operations/check-feature.ts';

/** What stays the same within an epoch. */
type Kept = {
  readonly epoch: number;
  readonly granted: number;
  readonly limit: Facts['limit'];
  readonly resetsAt: Date | null;
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
  const {
    requested: _,
    replayed: __,
    ...facts
  } = await checkFeature(scope, { customer, feature, amount: 0 });
  const { granted, limit, resetsAt } = facts;
  if (granted !== null) scope.remember(memory, { epoch, granted, limit, resetsAt } satisfies Kept);
  return facts;
}

function factsOf(
  feature: string,
  { granted, limit, resetsAt }: Kept,
  { available, held }: Figures,
): Omit<Facts, 'requested' | 'replayed'> {
  return {
    feature,
    granted,
    used: Math.max(0, granted - available - held),
    held,
    available: Math.max(0, available),
    overage: Math.max(0, 0 - available),
    limit,
    resetsAt,
  };
}
