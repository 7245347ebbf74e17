/** What is to be done, what was, and what was given up on. */
import {
  at,
  checkLimit,
  decodeText,
  instant,
  instantOrNull,
  integer,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';

export type JobLine = {
  readonly id: string;
  readonly kind: string;
  /** `dead`: given up on; see `error`. */
  readonly state: 'pending' | 'done' | 'dead';
  readonly attempts: number;
  /** What the last attempt failed with. */
  readonly error: string | null;
  readonly createdAt: Date;
  /** Of a pending one: not before then. */
  readonly nextAt: Date | null;
  readonly endedAt: Date | null;
};

export type ListJobs = {
  readonly kind?: string | undefined;
  readonly state?: JobLine['state'] | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'jobs';

/**
 * Jobs of the tenant, newest first.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listJobs(scope: Scope, input: ListJobs): Promise<Page<JobLine>> {
  const limit = checkLimit(input.limit);
  const { kind, state } = input;
  const before = decodeText(list, input.cursor);
  const rows = await scope.many(
    sql`
    select id, kind, state, attempts, error, created_at, next_at, ended_at
      from bursar.jobs
     where tenant_id = ${scope.tenant.id}::int
       and (${before}::text is null or id < ${before}::text)
       and (${kind ?? null}::text is null or kind = ${kind ?? null}::text)
       and (${state ?? null}::text is null or state = ${state ?? null}::text)
     order by id desc
     limit ${limit + 1}::int`,
    readLine,
  );
  return pageOf(list, rows, limit, ({ id }) => [id]);
}

function readLine(row: Row): JobLine {
  const state = text(row.state) as JobLine['state'];
  return {
    id: text(row.id),
    kind: text(row.kind),
    state,
    attempts: integer(row.attempts),
    error: textOrNull(row.error),
    createdAt: instant(row.created_at),
    nextAt: state === 'pending' ? instant(row.next_at) : null,
    endedAt: instantOrNull(row.ended_at),
  };
}

/**
 * Has dead jobs of the tenant done anew, with all attempts before them: one, all of a kind, or all of a lane.
 * @returns How many.
 */
export async function retryJobs(
  scope: Scope,
  { job, kind, lane }: Readonly<Partial<Record<'job' | 'kind' | 'lane', string | undefined>>>,
): Promise<number> {
  const again = await scope.many(
    sql`
    update bursar.jobs
       set state = 'pending', attempts = 0, next_at = ${at(scope.now)}::text::timestamptz, ended_at = null
     where tenant_id = ${scope.tenant.id}::int and state = 'dead'
       and (${job ?? null}::text is null or id = ${job ?? null}::text)
       and (${kind ?? null}::text is null or kind = ${kind ?? null}::text)
       and (${lane ?? null}::text is null or lane = ${lane ?? null}::text)
    returning id`,
    (row) => text(row.id),
  );
  return again.length;
}

/** Removes jobs that were done before `until`, at most `limit`; their keys are free again. @returns How many. */
export async function forgetJobs(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<number> {
  const gone = await scope.many(
    sql`
    delete from bursar.jobs as job
     using (
       select tenant_id, id from bursar.jobs
        where tenant_id = ${scope.tenant.id}::int and state = 'done' and ended_at < ${at(until)}::text::timestamptz
        order by id limit ${limit}::int) as old
     where (job.tenant_id, job.id) = (old.tenant_id, old.id)
    returning job.id`,
    (row) => text(row.id),
  );
  return gone.length;
}
