/** The news of a refusal for want of quota: one for each refused attempt, whichever verb made it. */
import { news } from '../events/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { Decision } from './decision.ts';

/** Tells `quota.exceeded` where that is the reason; anything else passes in silence. */
export function tellExceeded(
  scope: Scope,
  { customer, feature, source }: { customer: string; feature: string; source: string },
  { reason, requested, available }: Decision,
): void {
  if (reason !== 'quota_exceeded') return;
  scope.queue(
    news(scope, {
      type: 'quota.exceeded',
      customer,
      subject: { type: 'feature', id: feature },
      source,
      data: { feature, requested, available },
    }),
  );
}
