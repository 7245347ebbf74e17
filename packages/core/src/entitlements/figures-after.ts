/** The figures of an answer to a spend: the ledger returned what its row says, and the rest is remembered. */
import type { Scope } from '../kernel/index.ts';
import { type Figures, readBalance } from '../ledger/index.ts';
import { meteredFacts } from './facts.ts';
import { type Counted, countedFrom, rememberFigures } from './remembered-figures.ts';

/** What a metered feature's balance came to just after a spend. */
export async function countedAfter(
  scope: Scope,
  { customer, feature }: { customer: string; feature: string },
  figures: Figures,
): Promise<Counted> {
  const whose = { customer, unit: feature };
  const known = countedFrom(scope, whose, figures);
  if (known) return known;
  const own = await readBalance(scope, whose);
  const counted = meteredFacts(feature, own);
  rememberFigures(scope, whose, { own, counted });
  return counted;
}
