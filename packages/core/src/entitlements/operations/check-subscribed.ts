/** Does any subscription run? What a bare `subscribed()` asks, whatever its features. */
import type { Scope } from '../../kernel/index.ts';
import type { Decision, Reason } from '../decision.ts';
import { plainFacts } from '../facts.ts';
import { subjectOf } from '../subject.ts';
import type { Subject } from '../subject-cache.ts';
import { answer } from './check-feature.ts';

/** Decides whether any subscription of the customer's is valid now; the default plan is none. */
export async function checkSubscribed(
  scope: Scope,
  { customer }: { customer: string },
): Promise<Decision> {
  return decideSubscribed(await subjectOf(scope, customer));
}

/** As `checkSubscribed`, of a customer that was read already. */
export function decideSubscribed({ rights }: Subject): Decision {
  const { feature: _, ...facts } = plainFacts('');
  return answer(facts, { amount: 0 }, rights.hasValid ? null : withoutValid(rights));
}

function withoutValid({ hasSubscription, denied }: Subject['rights']): Reason {
  if (hasSubscription) return 'paused';
  return [...denied.values()].includes('past_due') ? 'past_due' : 'no_subscription';
}
