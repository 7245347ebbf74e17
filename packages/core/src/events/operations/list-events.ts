/** What was told: past events, and those that a consumer could not take. */
import {
  at,
  CursorError,
  checkLimit,
  decodeCursor,
  decodeNumber,
  instant,
  integer,
  json,
  type News,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import { readEvent } from './deliveries.ts';
import { STRETCH } from './stretches.ts';

export type ListEvents = {
  readonly types?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly subject?: { readonly type: string; readonly id: string } | undefined;
  /** From then on, before `until`. */
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const history = 'events';

/**
 * Events of the tenant that stand in the outbox, newest first. What the ledger does stands in its statement.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listEvents(scope: Scope, input: ListEvents): Promise<Page<News>> {
  const limit = checkLimit(input.limit);
  const before = decodeNumber(history, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const { types, customer, subject, from, until } = input;
  const rows = await scope.many(
    sql`
    select event.position, ${scope.tenant.key}::text as tenant, event.id, event.type, event.customer, event.subject_type,
           event.subject_id, event.actor, event.source, event.at, event.data
      from bursar.outbox as event
     where event.tenant_id = ${scope.tenant.id}::int and event.position < ${before}::bigint and event.type <> ${STRETCH}::text
       and (${types ? json(types) : null}::text is null or ${types ? json(types) : null}::text::jsonb ? event.type)
       and (${customer ?? null}::text is null or event.customer = ${customer ?? null}::text)
       and (${subject?.type ?? null}::text is null
            or (event.subject_type, event.subject_id) = (${subject?.type ?? null}::text, ${subject?.id ?? null}::text))
       and (${at(from ?? null)}::text is null or event.at >= ${at(from ?? null)}::text::timestamptz)
       and (${at(until ?? null)}::text is null or event.at < ${at(until ?? null)}::text::timestamptz)
     order by event.position desc
     limit ${limit + 1}::int`,
    (row) => ({ position: integer(row.position), event: readEvent(row) }),
  );
  const page = pageOf(history, rows, limit, (row) => [row.position]);
  return { items: page.items.map(({ event }) => event), next: page.next };
}

/** An event that a consumer has given up on. */
export type DeadLetter = {
  readonly consumer: string;
  readonly attempts: number;
  /** What the last attempt failed with. */
  readonly error: string | null;
  readonly event: News;
};

export type ListDeadLetters = {
  readonly consumer?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const dead = 'dead letters';

/**
 * Events of the tenant that were given up on, newest first.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listDeadLetters(
  scope: Scope,
  input: ListDeadLetters,
): Promise<Page<DeadLetter>> {
  const limit = checkLimit(input.limit);
  const [before, beside] = placeOf(input.cursor);
  const rows = await scope.many(
    sql`
    select delivery.position, delivery.consumer_id, delivery.attempts, delivery.error, consumer.name as consumer, ${scope.tenant.key}::text as tenant,
           event.id, event.type, event.customer, event.subject_type, event.subject_id, event.actor, event.source, event.at,
           event.data
      from bursar.deliveries as delivery
      join bursar.consumers as consumer on consumer.id = delivery.consumer_id
      join bursar.outbox as event on (event.tenant_id, event.id) = (delivery.tenant_id, delivery.event_id)
     where delivery.tenant_id = ${scope.tenant.id}::int and delivery.state = 'dead'
       and (delivery.position, delivery.consumer_id) < (${before}::bigint, ${beside}::int)
       and (${input.consumer ?? null}::text is null or consumer.name = ${input.consumer ?? null}::text)
     order by delivery.position desc, delivery.consumer_id desc
     limit ${limit + 1}::int`,
    (row) => ({
      place: [integer(row.position), integer(row.consumer_id)],
      letter: readLetter(row),
    }),
  );
  const page = pageOf(dead, rows, limit, (row) => row.place);
  return { items: page.items.map(({ letter }) => letter), next: page.next };
}

/** One event may be dead for several consumers. */
function placeOf(cursor: string | undefined): readonly [number, number] {
  const place = decodeCursor(dead, cursor);
  if (place === null) return [Number.MAX_SAFE_INTEGER, 0];
  const [position, consumer] = place;
  if (typeof position !== 'number' || typeof consumer !== 'number') throw new CursorError(dead);
  return [position, consumer];
}

function readLetter(row: Row): DeadLetter {
  return {
    consumer: text(row.consumer),
    attempts: integer(row.attempts),
    error: textOrNull(row.error),
    event: readEvent(row),
  };
}

/**
 * Gives dead letters of the tenant to their consumer anew, all of them or one event's, with all attempts before them.
 * @returns How many.
 */
export async function replayDeadLetters(
  scope: Scope,
  { consumer, event }: { consumer: string; event?: string | undefined },
): Promise<number> {
  const replayed = await scope.many(
    sql`
    update bursar.deliveries as delivery
       set state = 'pending', attempts = 0, next_at = ${at(scope.now)}::text::timestamptz, lease_until = null
      from bursar.consumers as consumer
     where consumer.id = delivery.consumer_id and consumer.name = ${consumer}::text and delivery.state = 'dead'
       and delivery.tenant_id = ${scope.tenant.id}::int
       and (${event ?? null}::text is null or delivery.event_id = ${event ?? null}::text)
    returning delivery.position`,
    (row) => integer(row.position),
  );
  return replayed.length;
}

/** Removes events from before `until` that nobody has still to be given, at most `limit`. @returns How many. */
export async function forgetEvents(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<number> {
  const gone = await scope.many(
    sql`
    delete from bursar.outbox as event
     using (
       select old.tenant_id, old.id from bursar.outbox as old
        where old.tenant_id = ${scope.tenant.id}::int and old.at < ${at(until)}::text::timestamptz
          and (old.state <> 'pending' or not exists (select from bursar.consumers))
          and not exists (select from bursar.deliveries as delivery
                           where (delivery.tenant_id, delivery.event_id) = (old.tenant_id, old.id))
        order by old.position limit ${limit}::int) as gone
     where (event.tenant_id, event.id) = (gone.tenant_id, gone.id)
    returning event.at`,
    (row) => instant(row.at),
  );
  return gone.length;
}
