/**
 * Taking jobs into hand and saying what became of them: a lease that is renewed while it is worked on, and a token, so that of
 * two who hold the same job only the later can end it. What a job does to the database commits with its end, so it is done once.
 */
import {
  at,
  document,
  integer,
  type Row,
  type Scope,
  sql,
  storable,
  text,
} from '../../kernel/index.ts';

/** One job in somebody's hands. */
export type Claimed = {
  readonly tenant: string;
  readonly id: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly token: number;
  /** From 1. */
  readonly attempt: number;
};

export type ClaimJobs = {
  readonly kind: string;
  readonly limit: number;
  /** About how many of one lane may be in hand, over all processes. */
  readonly perLane: number;
  readonly leaseMilliseconds: number;
};

/** Takes what is due into hand, over all tenants, at most `limit`, whatever is longest due first. */
export function claimJobs(
  scope: Scope,
  { kind, limit, perLane, leaseMilliseconds }: ClaimJobs,
): Promise<Claimed[]> {
  return scope.many(
    sql`
    with recursive lanes as (
      (select job.lane from bursar.jobs as job
        where job.kind = ${kind}::text and job.state = 'pending' order by job.lane limit 1)
      union all
      select (select job.lane from bursar.jobs as job
               where job.kind = ${kind}::text and job.state = 'pending' and job.lane > lanes.lane order by job.lane limit 1)
        from lanes
       where lanes.lane is not null
    ), free as (
      select job.tenant_id, job.id
        from lanes
       cross join lateral (
               select due.tenant_id, due.id, due.next_at from bursar.jobs as due
                where due.kind = ${kind}::text and due.lane = lanes.lane and due.state = 'pending'
                  and due.next_at <= ${at(scope.now)}::text::timestamptz
                  and (due.lease_until is null or due.lease_until < clock_timestamp())
                order by due.next_at
                limit greatest(0, ${perLane}::int
                      - (select count(*) from bursar.jobs as held
                          where held.kind = ${kind}::text and held.lane = lanes.lane and held.lease_until >= clock_timestamp()))
                  for update skip locked) as job
       order by job.next_at
       limit ${limit}::int
    ), taken as (
      update bursar.jobs as job
         set lease_until = clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond',
             token = token + 1, attempts = attempts + 1
        from free
       where (job.tenant_id, job.id) = (free.tenant_id, free.id)
      returning job.*
    )
    select tenant.key as tenant, taken.id, taken.kind, taken.payload, taken.token, taken.attempts
      from taken
      join bursar.tenants as tenant on tenant.id = taken.tenant_id
     order by taken.next_at, taken.id`,
    readClaimed,
  );
}

function readClaimed(row: Row): Claimed {
  return {
    tenant: text(row.tenant),
    id: text(row.id),
    kind: text(row.kind),
    payload: document<Claimed['payload']>(row.payload),
    token: integer(row.token),
    attempt: integer(row.attempts),
  };
}

type Held = Pick<Claimed, 'id' | 'token'>;

/** It is still worked on. @returns False: somebody else holds it by now. */
export async function renewLease(
  scope: Scope,
  { id, token }: Held,
  leaseMilliseconds: number,
): Promise<boolean> {
  const held = await scope.maybeOne(
    sql`
    update bursar.jobs
       set lease_until = clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond'
     where (tenant_id, id, token) = (${scope.tenant.id}::int, ${id}::text, ${token}::int) and state = 'pending'
    returning id`,
    (row) => text(row.id),
  );
  return held !== null;
}

/** It is done. In the transaction of what it did. @returns False: somebody else holds it by now, or it is over. */
export async function finishJob(scope: Scope, { id, token }: Held): Promise<boolean> {
  const done = await scope.maybeOne(
    sql`
    update bursar.jobs
       set state = 'done', ended_at = ${at(scope.now)}::text::timestamptz, lease_until = null, error = null
     where (tenant_id, id, token) = (${scope.tenant.id}::int, ${id}::text, ${token}::int) and state = 'pending'
    returning id`,
    (row) => text(row.id),
  );
  return done !== null;
}

/**
 * It was not done: again at `nextAt`, or never where that is `null`.
 * @param isCounted False: that was no attempt.
 * @returns False: somebody else holds it by now, or it is over.
 */
export async function putBackJob(
  scope: Scope,
  { id, token }: Held,
  {
    nextAt,
    error,
    isCounted = true,
  }: { nextAt: Date | null; error: string | null; isCounted?: boolean | undefined },
): Promise<boolean> {
  const isDead = nextAt === null;
  const back = await scope.maybeOne(
    sql`
    update bursar.jobs
       set state = case when ${isDead}::boolean then 'dead' else 'pending' end,
           ended_at = case when ${isDead}::boolean then ${at(scope.now)}::text::timestamptz end,
           next_at = coalesce(${at(nextAt)}::text::timestamptz, next_at), lease_until = null,
           attempts = attempts - ${isCounted ? 0 : 1}::int,
           error = ${error === null ? null : storable(error.slice(0, 1000))}::text
     where (tenant_id, id, token) = (${scope.tenant.id}::int, ${id}::text, ${token}::int) and state = 'pending'
    returning id`,
    (row) => text(row.id),
  );
  return back !== null;
}
