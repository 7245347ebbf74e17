/** A refused attempt, whichever verb made it: counted, and for want of quota news. */
import { news } from '../events/index.ts';
import { count, type Scope } from '../kernel/index.ts';
import type { Decision } from './decision.ts';

/** Counts a refusal, and tells `quota.exceeded` where that is the reason; what was allowed passes in silence. */
export function tellRefusal(
  scope: Scope,
  { customer, feature, source }: { customer: string; feature: string; source: string },
  { reason, requested, available }: Decision,
): void {
  if (reason === null) return;
  count('refusals', { 'bursar.reason': reason, 'bursar.source': source });
  if (reason !== 'quota_exceeded') return;
  scope.queue(
    news(scope, {
      type: 'quota.exceeded',
      customer,
      subject: { type: 'feature', id: feature },
      source,
      data: { feature, requested, available, attempts: 1 },
    }),
  );
}
