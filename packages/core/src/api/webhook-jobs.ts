/** Sending what endpoints want: each attempt signed anew, judged by its status, and kept in the log with what becomes of it. */
import type { News } from '../kernel/index.ts';
import {
  attemptsMax,
  type Delivery,
  delayAfter,
  findTarget,
  type Posted,
  post,
  recordAttempt,
  signedHeaders,
  WEBHOOK,
} from '../webhooks/index.ts';
import type { Ending, JobKind } from './job-runner.ts';
import type { Root } from './root.ts';

const GONE = 410;

/** The kind of job that sends. */
export function webhookJobs(root: Root): JobKind {
  const { clock, webhooks } = root.options;
  return {
    // One endpoint that is slow has a quarter of the hands at most.
    ...{ kind: WEBHOOK, concurrency: 16, perLane: 4, attemptsMax },
    async run({ id: job, tenant, payload, attempt }, { signal }) {
      const { endpoint, event } = payload as unknown as Delivery;
      const context = { tenant, actor: null, host: null };
      const target = await root.read(context, (scope) => findTarget(scope, endpoint));
      // Removed between the event and its job: there is nowhere to send it, and nobody to tell.
      if (!target) return {};
      if (!target.enabled) return unsent('The endpoint is disabled.');
      const body = bodyOf(event);
      const { url, secrets } = target;
      const headers = signedHeaders({ id: event.id, at: clock.now(), body, secrets });
      const posted = await post({ ...{ url, headers, body, signal }, ...webhooks });
      // Cut off by us, and no fault of the endpoint.
      if (posted.status === null) signal.throwIfAborted();
      const error = faultOf(posted);
      return {
        write: (scope) => recordAttempt(scope, { job, endpoint, posted, error }),
        ...(error !== null && {
          failed: { error, delay: delayOf(posted, { attempt, now: clock.now() }) },
        }),
      };
    },
  };
}

function unsent(error: string): Ending {
  return { failed: { error, delay: null } };
}

function delayOf({ status, retryAfter }: Posted, given: { attempt: number; now: Date }) {
  return status === GONE ? null : delayAfter(given.attempt, { retryAfter, now: given.now });
}

/** `null`: it was taken. A redirect is not followed: where it leads was never agreed on. */
function faultOf({ status, error }: Posted): string | null {
  if (status === null) return error ?? 'There was no answer.';
  return status >= 200 && status < 300 ? null : `It answered ${status}.`;
}

/** The same text at every attempt. */
function bodyOf({ id, type, at: timestamp, tenant, customer, ...more }: News): string {
  const { subject, actor, source, sequence, data } = more;
  const facts = { subject, actor, source, ...(sequence !== undefined && { sequence }), data };
  return JSON.stringify({ id, type, timestamp, tenant, customer, ...facts });
}
