/**
 * Stretches of a balance's entries: one row of the outbox for many events that stand in the ledger and are told one by one.
 *
 * A delivery of one remembers how far it was taken. An entry that is given up on is buried by itself; the rest goes on.
 */
import {
  at,
  integer,
  json,
  type News,
  newId,
  type Scope,
  sql,
  storable,
} from '../../kernel/index.ts';
import { type Claimed, putBack } from './deliveries.ts';

/** The type of such a row; nobody hears it. */
export const STRETCH = 'ledger.entries';

export type Stretch = { readonly balanceId: number; readonly from: number; readonly to: number };

/** Longer ones would hold a lane of a consumer for too long. */
const entriesAtOnce = 100;

/** Which entries an outbox row stands for; `null` for an event of its own. */
export function stretchOf({ type, subject, data }: News): Stretch | null {
  if (type !== STRETCH) return null;
  return { balanceId: Number(subject.id), from: Number(data.from), to: Number(data.to) };
}

/** Writes the outbox rows of stretches, each of its tenant, cut to what is given at once. */
export async function announceStretches(
  scope: Scope,
  stretches: readonly (Stretch & { readonly tenantId: number })[],
): Promise<void> {
  const rows = stretches.flatMap(({ tenantId, balanceId, from, to }) =>
    Array.from({ length: Math.ceil((to - from + 1) / entriesAtOnce) }, (_, index) => {
      const first = from + index * entriesAtOnce;
      const data = { from: first, to: Math.min(to, first + entriesAtOnce - 1) };
      return { tenant_id: tenantId, id: newId('evt'), balance: String(balanceId), data };
    }),
  );
  if (rows.length === 0) return;
  await scope.run(sql`
    insert into bursar.outbox (tenant_id, id, type, subject_type, subject_id, at, data)
    select tenant_id, id, ${STRETCH}::text, 'balance', balance, ${at(scope.now)}::text::timestamptz, data
      from jsonb_to_recordset(${json(rows)}::text::jsonb) as one (tenant_id int, id text, balance text, data jsonb)
     order by tenant_id, balance, (data->>'from')::bigint`);
}

/** Removes stretches that everyone was given, at most `limit`: what they stand for stays in the ledger. @returns How many. */
export async function forgetStretches(scope: Scope, limit: number): Promise<number> {
  return scope.one(
    sql`
    with gone as (
      delete from bursar.outbox as event
       using (
         select old.tenant_id, old.id from bursar.outbox as old
          where old.type = 'ledger.entries' and old.state = 'published'
            and not exists (select from bursar.deliveries as delivery
                             where (delivery.tenant_id, delivery.event_id) = (old.tenant_id, old.id))
          order by old.position limit ${limit}::int) as taken
       where (event.tenant_id, event.id) = (taken.tenant_id, taken.id)
      returning event.id
    )
    select count(*) as gone from gone`,
    (row) => integer(row.gone),
  );
}

/**
 * It was taken up to there, and stays in hand.
 * @returns False: somebody else holds it by now.
 */
export async function advance(
  scope: Scope,
  { consumer, position, token }: Pick<Claimed, 'consumer' | 'position' | 'token'>,
  { doneTo, leaseMilliseconds }: { doneTo: number; leaseMilliseconds: number },
): Promise<boolean> {
  const held = await scope.maybeOne(
    sql`
    update bursar.deliveries
       set done_to = ${doneTo}::bigint, attempts = 1,
           lease_until = clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond'
     where (consumer_id, position, token) = (${consumer}::int, ${position}::bigint, ${token}::int) and state = 'pending'
    returning position`,
    (row) => integer(row.position),
  );
  return held !== null;
}

/** One entry was given up on: it is a dead letter of its own under the id of its event, and what comes after it goes on. */
export async function bury(
  scope: Scope,
  claimed: Claimed,
  { id, sequence, error }: { id: string; sequence: number; error: string },
): Promise<void> {
  const { consumer, position, token, attempt, event } = claimed;
  if (event.id === id) return putBack(scope, claimed, { nextAt: null, error });
  const stretch = json({ from: sequence, to: sequence });
  await scope.run(sql`
    with held as (
      select * from bursar.deliveries
       where (consumer_id, position, token) = (${consumer}::int, ${position}::bigint, ${token}::int) and state = 'pending'
         for update
    ), made as (
      insert into bursar.outbox (tenant_id, id, type, subject_type, subject_id, at, data, state)
      select tenant_id, ${id}::text, ${STRETCH}::text, 'balance', ${event.subject.id}::text, ${at(scope.now)}::text::timestamptz,
             ${stretch}::text::jsonb, 'published'
        from held
      on conflict do nothing
      returning position
    ), buried as (
      insert into bursar.deliveries (consumer_id, position, tenant_id, event_id, subject, state, attempts, next_at, error)
      select held.consumer_id, place.position, held.tenant_id, ${id}::text, held.subject, 'dead', ${attempt}::int, held.next_at,
             ${storable(error.slice(0, 1000))}::text
        from held
        join (select position from made
              union all
              select event.position from held
                join bursar.outbox as event on (event.tenant_id, event.id) = (held.tenant_id, ${id}::text)) as place on true
      on conflict (consumer_id, position) do update set state = 'dead', attempts = excluded.attempts, error = excluded.error
    ), over as (
      delete from bursar.deliveries as delivery
       using held
       where (delivery.consumer_id, delivery.position) = (held.consumer_id, held.position)
         and ${Number(event.data.to) <= sequence}::boolean
    )
    update bursar.deliveries as delivery
       set done_to = ${sequence}::bigint, attempts = 0, lease_until = null, next_at = ${at(scope.now)}::text::timestamptz
      from held
     where (delivery.consumer_id, delivery.position) = (held.consumer_id, held.position)
       and ${Number(event.data.to) > sequence}::boolean`);
}
