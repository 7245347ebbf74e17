/** The credits that may pay for a feature's use, on the terms that were sold; `null` where only the quota may. */
import type { Scope } from '../kernel/index.ts';
import { creditsOf, standingOf } from './standing.ts';
import { subjectOf } from './subject.ts';

/** Reads what the customer was sold. */
export async function soldCredits(
  scope: Scope,
  { customer, feature, from }: { customer: string; feature: string; from?: string | undefined },
): Promise<{ unit: string; cost: number } | null> {
  if (from === 'quota') return null;
  const standing = standingOf(scope, await subjectOf(scope, customer), feature);
  return standing && creditsOf(standing);
}
