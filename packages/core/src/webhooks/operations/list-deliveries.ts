/** The delivery log of an endpoint, and sending anew. */
import {
  at,
  checkLimit,
  decodeText,
  document,
  instantOrNull,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { getEndpoint } from './list-endpoints.ts';

export type DeliveryLine = {
  readonly id: string;
  readonly event: { readonly id: string; readonly type: string };
  /** `failed`: given up on. */
  readonly state: 'pending' | 'delivered' | 'failed';
  /** The last twenty, oldest first. */
  readonly attempts: readonly {
    readonly at: Date;
    readonly status: number | null;
    readonly error: string | null;
    readonly milliseconds: number;
  }[];
  /** Of a pending one. */
  readonly nextAt: Date | null;
};

export type ListDeliveries = {
  readonly endpoint: string;
  readonly state?: DeliveryLine['state'] | undefined;
  readonly event?: string | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'deliveries';
const stateOf = { pending: 'pending', delivered: 'done', failed: 'dead' } as const;

/**
 * What was sent to an endpoint and what is to be, newest first.
 * @throws {NotFoundError} No such endpoint in the tenant. @throws {CursorError} The cursor is not of this list.
 */
export async function listDeliveries(
  scope: Scope,
  { endpoint, state, event, cursor, limit: asked }: ListDeliveries,
): Promise<Page<DeliveryLine>> {
  await getEndpoint(scope, endpoint);
  const limit = checkLimit(asked);
  const before = decodeText(list, cursor);
  const rows = await scope.many(
    sql`
    select job.id, job.payload->'event'->>'id' as event_id, job.payload->'event'->>'type' as type, job.state,
           case when job.state = 'pending' then job.next_at end as next_at, log.attempts
      from bursar.jobs as job
     cross join lateral (
             select coalesce(jsonb_agg(jsonb_build_object('at', last.at, 'status', last.status, 'error', last.error,
                                                          'milliseconds', last.milliseconds) order by last.id), '[]') as attempts
               from (select * from bursar.webhook_attempts as attempt
                      where (attempt.tenant_id, attempt.job_id) = (job.tenant_id, job.id)
                      order by attempt.id desc limit 20) as last) as log
     where job.tenant_id = ${scope.tenant.id}::int and job.kind = 'webhook' and job.lane = ${endpoint}::text
       and (${before}::text is null or job.id < ${before}::text)
       and (${state ? stateOf[state] : null}::text is null or job.state = ${state ? stateOf[state] : null}::text)
       and (${event ?? null}::text is null or job.key = ${endpoint}::text || '/' || ${event ?? null}::text)
     order by job.id desc
     limit ${limit + 1}::int`,
    readLine,
  );
  return pageOf(list, rows, limit, ({ id }) => [id]);
}

const shownState = { pending: 'pending', done: 'delivered', dead: 'failed' } as const;

function readLine(row: Row): DeliveryLine {
  const attempts = document<(Omit<DeliveryLine['attempts'][number], 'at'> & { at: string })[]>(
    row.attempts,
  );
  return {
    id: text(row.id),
    event: { id: text(row.event_id), type: text(row.type) },
    state: shownState[text(row.state) as keyof typeof shownState],
    attempts: attempts.map((one) => ({ ...one, at: new Date(one.at) })),
    nextAt: instantOrNull(row.next_at),
  };
}

/**
 * Sends anew, with all attempts before it: one delivery, whatever became of it, or all that were given up on.
 * @returns How many. None that is still to be sent.
 * @throws {NotFoundError} No such endpoint in the tenant.
 */
export async function replayDeliveries(
  scope: Scope,
  { endpoint, delivery }: { endpoint: string; delivery?: string | undefined },
): Promise<number> {
  await getEndpoint(scope, endpoint);
  const again = await scope.many(
    sql`
    update bursar.jobs
       set state = 'pending', attempts = 0, next_at = ${at(scope.now)}::text::timestamptz, ended_at = null
     where tenant_id = ${scope.tenant.id}::int and kind = 'webhook' and lane = ${endpoint}::text
       and case when ${delivery ?? null}::text is null then state = 'dead'
                else state <> 'pending' and id = ${delivery ?? null}::text end
    returning id`,
    (row) => text(row.id),
  );
  return again.length;
}
