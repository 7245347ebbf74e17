/**
 * From the outbox to those who read it: each event that was committed becomes a delivery of every consumer it is for.
 *
 * Rows are found by their state, never by a cursor, so one that commits late is not passed over. One process does this at a
 * time: a later event of a subject can never be given out before an earlier one.
 */
import { at, document, integer, json, type Scope, sql, textOrNull } from '../../kernel/index.ts';

/** A database is one queue for this; nobody waits for it long. */
const publisher = 7_163_214_905_512;

/** More at a time would only hold the lock longer. */
const batchSize = 500;

/** Gives out what is pending. @returns How many events; 0 too while another process is at it, or nobody reads. */
export function publishPending(scope: Scope): Promise<number> {
  return scope.transaction(async (scope) => {
    const isOurs = await scope.maybeOne(
      sql`
      select 1 as ours from bursar.consumers where pg_try_advisory_xact_lock(${publisher}::bigint) limit 1`,
      (row) => integer(row.ours),
    );
    if (isOurs === null) return 0;
    return scope.one(
      sql`
      with batch as (
        select tenant_id, id, position, type, subject_type, subject_id, at from bursar.outbox
         where state = 'pending' order by position limit ${batchSize}::int
      ), given as (
        insert into bursar.deliveries (consumer_id, position, tenant_id, event_id, subject, next_at)
        select consumer.id, batch.position, batch.tenant_id, batch.id,
               batch.tenant_id || '/' || batch.subject_type || '/' || batch.subject_id, batch.at
          from batch
          join bursar.consumers as consumer
            on (consumer.types is null or consumer.types ? batch.type) and batch.at >= consumer.starts_at
        on conflict do nothing
      ), marked as (
        update bursar.outbox as event set state = 'published'
          from batch
         where (event.tenant_id, event.id) = (batch.tenant_id, batch.id)
        returning event.id
      )
      select count(*) as published from marked`,
      (row) => integer(row.published),
    );
  });
}

export type Registration = {
  readonly name: string;
  /** `null` is all. */
  readonly types: readonly string[] | null;
  /** Of a new one: events from before are not for it. */
  readonly from: Date;
};

/** Makes a consumer, or changes what it reads from now on. @returns Its id. */
export function registerConsumer(
  scope: Scope,
  { name, types, from }: Registration,
): Promise<number> {
  return scope.transaction(async (scope) => {
    await scope.run(sql`select pg_advisory_xact_lock(${publisher}::bigint)`);
    const wanted = types && json([...types].sort());
    const known = await scope.maybeOne(
      sql`select id, types::text as types from bursar.consumers where name = ${name}::text`,
      (row) => ({ id: integer(row.id), types: textOrNull(row.types) }),
    );
    if (known) {
      await scope.run(sql`
        update bursar.consumers set types = ${wanted}::text::jsonb
         where id = ${known.id}::int and types is distinct from ${wanted}::text::jsonb`);
      return known.id;
    }
    const id = await scope.one(
      sql`
      insert into bursar.consumers (name, types, starts_at, created_at)
      values (${name}::text, ${wanted}::text::jsonb, ${at(from)}::text::timestamptz, ${at(scope.now)}::text::timestamptz)
      returning id`,
      (row) => integer(row.id),
    );
    await giveWhatWasPublished(scope, id);
    return id;
  });
}

/** What a consumer reads by now; `null` when there is none of that name. */
export function findConsumer(
  scope: Scope,
  name: string,
): Promise<{ id: number; types: readonly string[] | null } | null> {
  return scope.maybeOne(
    sql`select id, types from bursar.consumers where name = ${name}::text`,
    (row) => ({
      id: integer(row.id),
      types: row.types === null ? null : document<string[]>(row.types),
    }),
  );
}

/** Of before it was made, where it asks for that. */
async function giveWhatWasPublished(scope: Scope, consumer: number): Promise<void> {
  await scope.run(sql`
    insert into bursar.deliveries (consumer_id, position, tenant_id, event_id, subject, next_at)
    select consumer.id, event.position, event.tenant_id, event.id,
           event.tenant_id || '/' || event.subject_type || '/' || event.subject_id, event.at
      from bursar.consumers as consumer
      join bursar.outbox as event
        on event.state = 'published' and event.at >= consumer.starts_at
       and (consumer.types is null or consumer.types ? event.type)
     where consumer.id = ${consumer}::int
    on conflict do nothing`);
}
