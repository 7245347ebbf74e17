/** What became of an attempt, with its job: the log, how the endpoint is doing, and when enough is enough. */
import { announce } from '../../events/index.ts';
import { at, type Scope, sql, storable, text } from '../../kernel/index.ts';
import type { Posted } from '../post.ts';
import { failingMillisecondsMax } from '../schedule.ts';

export type Attempt = {
  readonly job: string;
  readonly endpoint: string;
  readonly posted: Posted;
  /** `null`: it was taken. */
  readonly error: string | null;
};

const GONE = 410;

/** Keeps it. An endpoint that is gone, or failed for too long, is switched off, and `webhook.disabled` says so. */
export async function recordAttempt(
  scope: Scope,
  { job, endpoint, posted, error }: Attempt,
): Promise<void> {
  const { status, milliseconds } = posted;
  const said = error === null ? null : storable(error.slice(0, 500));
  const longAgo = new Date(scope.now.getTime() - failingMillisecondsMax);
  const isGone = status === GONE;
  await scope.run(sql`
    insert into bursar.webhook_attempts (tenant_id, job_id, at, status, error, milliseconds)
    values (${scope.tenant.id}::int, ${job}::text, ${at(scope.now)}::text::timestamptz, ${status}::int, ${said}::text, ${milliseconds}::int)`);
  if (error === null) return recovered(scope, endpoint);
  const because = await scope.maybeOne(
    sql`
    with before as (
      select * from bursar.webhook_endpoints
       where (tenant_id, id) = (${scope.tenant.id}::int, ${endpoint}::text) and state = 'enabled'
         for no key update
    ), after as (
      update bursar.webhook_endpoints as one
         set failing_since = coalesce(before.failing_since, ${at(scope.now)}::text::timestamptz),
             state = case when ${isGone}::boolean or before.failing_since <= ${at(longAgo)}::text::timestamptz
                          then 'disabled' else 'enabled' end,
             disabled_because = case when ${isGone}::boolean then 'gone'
                                     when before.failing_since <= ${at(longAgo)}::text::timestamptz then 'failing' end
        from before
       where (one.tenant_id, one.id) = (before.tenant_id, before.id)
      returning one.disabled_because
    )
    select disabled_because from after where disabled_because is not null`,
    (row) => text(row.disabled_because),
  );
  if (because === null) return;
  const subject = { type: 'webhook_endpoint', id: endpoint };
  const data = { endpoint, because };
  await announce(scope, { type: 'webhook.disabled', customer: null, subject, data });
  scope.logger.warn({ endpoint, because }, 'a webhook endpoint was switched off');
}

/** Writes only after a failure: an endpoint that is well costs one read. */
async function recovered(scope: Scope, endpoint: string): Promise<void> {
  await scope.run(sql`
    update bursar.webhook_endpoints set failing_since = null
     where (tenant_id, id) = (${scope.tenant.id}::int, ${endpoint}::text) and failing_since is not null`);
}
