/** Processing events of rewards in the background: those that were queued, and again those that failed. */
import { isBursarError } from '../kernel/index.ts';
import { leaseMilliseconds, processEvent, REWARD, stateOf } from '../referrals/index.ts';
import type { JobKind } from './job-runner.ts';
import { delayOf, messageOf } from './retry-delay.ts';
import type { Root } from './root.ts';

/** More than a day of trying, an hour apart in the end. */
const attemptsMax = 36;

/** The kind of job that sees to one event. That it pays once is the event's own fence, not the job's. */
export function rewardJobs(root: Root): JobKind {
  return {
    ...{ kind: REWARD, concurrency: 4, perLane: 4, attemptsMax },
    run: async ({ tenant, payload, attempt }) => {
      const event = String(payload.event);
      const context = { tenant, actor: null, host: null };
      const state = await root.command(context, async (scope) => {
        return (await processEvent(scope, { event })) ?? (await stateOf(scope, event));
      });
      if (state === 'over') return {};
      if (state === 'in hand') return { later: leaseMilliseconds };
      const { error } = state;
      if (error === null) return {};
      const isLast = attempt >= attemptsMax || (isBursarError(error) && error.kind === 'invalid');
      return { failed: { error: messageOf(error), delay: isLast ? null : delayOf(attempt) } };
    },
  };
}
