/** Every feature there is, decided for one customer: what a pricing or account page shows. */
import type { Scope } from '../../kernel/index.ts';
import type { Decision } from '../decision.ts';
import { subjectOf } from '../subject.ts';
import { decide } from './check-feature.ts';

/** The features of the catalogue and of the customer's subscriptions, with their sources; sorted by key. */
export async function listEntitlements(
  scope: Scope,
  { customer }: { customer: string },
): Promise<readonly Decision[]> {
  const subject = await subjectOf(scope, customer);
  const keys = new Set([
    ...Object.keys(scope.ports.catalog.features),
    ...subject.rights.items.map((item) => item.feature),
  ]);
  const decisions: Decision[] = [];
  for (const feature of [...keys].sort()) {
    decisions.push(await decide(scope, subject, { customer, feature, amount: 0, sources: true }));
  }
  return decisions;
}
