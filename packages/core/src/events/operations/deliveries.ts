/**
 * Giving events to a consumer, each until it was taken: claims with a lease and a token, so that of two who hold the same one
 * only the later may say what became of it. Of one subject the next is given once the one before was taken, or is dead.
 */
import {
  at,
  document,
  instant,
  integer,
  type News,
  type Row,
  type Scope,
  sql,
  storable,
  text,
  textOrNull,
} from '../../kernel/index.ts';

/** One event in somebody's hands. */
export type Claimed = {
  readonly consumer: number;
  readonly position: number;
  readonly token: number;
  /** From 1. */
  readonly attempt: number;
  /** Of a stretch of entries: up to which of them it was taken before; 0 for none. */
  readonly doneTo: number;
  /** What is from before is not for this consumer. */
  readonly startsAt: Date;
  /** What the consumer reads by now; `null` is all. Another process may have said so. */
  readonly types: readonly string[] | null;
  readonly event: News;
};

type Claim = {
  readonly consumer: number;
  readonly limit: number;
  /** How long they are nobody else's. */
  readonly leaseMilliseconds: number;
};

/**
 * Takes up to `limit` deliveries whose time has come, each of another subject. The lease is the database's to measure: the
 * clocks of two processes need not agree.
 */
export function claimDeliveries(
  scope: Scope,
  { consumer, limit, leaseMilliseconds }: Claim,
): Promise<Claimed[]> {
  const now = sql`${at(scope.now)}::text::timestamptz`;
  return scope.many(
    sql`
    with free as (
      select delivery.position
        from bursar.deliveries as delivery
       where delivery.consumer_id = ${consumer}::int and delivery.state = 'pending' and delivery.next_at <= ${now}
         and (delivery.lease_until is null or delivery.lease_until <= clock_timestamp())
         and not exists (
               select from bursar.deliveries as earlier
                where earlier.consumer_id = delivery.consumer_id and earlier.subject = delivery.subject
                  and earlier.state = 'pending' and earlier.position < delivery.position)
       order by delivery.position
       limit ${limit}::int
         for update skip locked
    ), taken as (
      update bursar.deliveries as delivery
         set lease_until = clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond', token = token + 1, attempts = attempts + 1
        from free
       where (delivery.consumer_id, delivery.position) = (${consumer}::int, free.position)
      returning delivery.*
    )
    select taken.consumer_id, taken.position, taken.token, taken.attempts, coalesce(taken.done_to, 0) as done_to, consumer.starts_at,
           consumer.types, tenant.key as tenant, event.id, event.type,
           event.customer, event.subject_type, event.subject_id, event.actor, event.source, event.at, event.data
      from taken
      join bursar.outbox as event on (event.tenant_id, event.id) = (taken.tenant_id, taken.event_id)
      join bursar.tenants as tenant on tenant.id = taken.tenant_id
      join bursar.consumers as consumer on consumer.id = taken.consumer_id
     order by taken.position`,
    (row) => ({
      consumer: integer(row.consumer_id),
      position: integer(row.position),
      token: integer(row.token),
      attempt: integer(row.attempts),
      doneTo: integer(row.done_to),
      startsAt: instant(row.starts_at),
      types: row.types === null ? null : document<string[]>(row.types),
      event: readEvent(row),
    }),
  );
}

/** An outbox row as listeners hear it. */
export function readEvent(row: Row): News {
  return {
    id: text(row.id),
    type: text(row.type),
    tenant: text(row.tenant),
    customer: textOrNull(row.customer),
    at: instant(row.at).toISOString(),
    source: textOrNull(row.source),
    subject: { type: text(row.subject_type), id: text(row.subject_id) },
    actor: textOrNull(row.actor),
    data: document<News['data']>(row.data),
  };
}

/** It was taken. @returns False: somebody else holds it by now, and will take it again. */
export async function acknowledge(
  scope: Scope,
  { consumer, position, token }: Pick<Claimed, 'consumer' | 'position' | 'token'>,
): Promise<boolean> {
  const gone = await scope.maybeOne(
    sql`
    delete from bursar.deliveries
     where (consumer_id, position, token) = (${consumer}::int, ${position}::bigint, ${token}::int) and state = 'pending'
    returning position`,
    (row) => integer(row.position),
  );
  return gone !== null;
}

type PutBack = {
  readonly nextAt: Date | null;
  readonly error: string;
  /** Of a stretch of entries that was taken up to there: what comes after it was tried so often. */
  readonly since?: { readonly doneTo: number; readonly attempts: number } | undefined;
};

/** It was not taken: again at `nextAt`, or never where that is `null`. Somebody who holds it by now is left alone. */
export async function putBack(
  scope: Scope,
  { consumer, position, token }: Pick<Claimed, 'consumer' | 'position' | 'token'>,
  { nextAt, error, since }: PutBack,
): Promise<void> {
  await scope.run(sql`
    update bursar.deliveries
       set state = case when ${nextAt === null}::boolean then 'dead' else 'pending' end,
           next_at = coalesce(${at(nextAt)}::text::timestamptz, next_at), lease_until = null,
           done_to = coalesce(${since?.doneTo ?? null}::bigint, done_to), attempts = coalesce(${since?.attempts ?? null}::int, attempts),
           error = ${storable(error.slice(0, 1000))}::text
     where (consumer_id, position, token) = (${consumer}::int, ${position}::bigint, ${token}::int) and state = 'pending'`);
}
