/**
 * What the ledger did, for durable consumers: read from its entries, so that no spend writes a second row for them.
 *
 * Writers before the oldest open one have all ended, so a mark over writers passes nothing over. They only say which balances
 * moved; of each, what is told goes from its own mark to its last entry, without a gap and once.
 */
import { announceStretches } from '../../events/index.ts';
import { flag, integer, type Scope, sql, text, textOrNull } from '../../kernel/index.ts';

/** How many writers are looked through at once: as many balances as they moved are locked that long. */
const writersAtOnce = 2_000;

/** From now on what the ledger does is kept track of for consumers. Done before, nothing changes. */
export async function readEntriesFromNow(scope: Scope): Promise<void> {
  await scope.run(sql`
    insert into bursar.entry_reader (id, xid)
    values (1, pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
    on conflict do nothing`);
}

/**
 * Writes the outbox rows of what was booked since the last time, over all tenants. One process does it at a time. A
 * transaction that stays open holds back what was booked after it began.
 */
export async function publishEntries(scope: Scope): Promise<void> {
  const isWanted = await scope.transaction(hasUnread);
  for (let isMore = isWanted; isMore; ) isMore = await scope.transaction(publishSome);
}

/** Locks nothing: mostly there is nothing. */
async function hasUnread(scope: Scope): Promise<boolean> {
  await byWriter(scope);
  const first = await scope.one(
    sql`
    select min(xid)::text as first from bursar.entries
     where xid >= (select case when xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint then 0 else xid end
                     from bursar.entry_reader where id = 1)
       and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`,
    (row) => textOrNull(row.first),
  );
  return first !== null;
}

/**
 * Every second, over all that was ever booked: by the index of writers, whatever the planner thinks of tables it has not seen,
 * and without helpers, whose start took 5 ms where the search takes 0.1.
 */
function byWriter(scope: Scope): Promise<void> {
  return scope.run(
    sql`select set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`,
  );
}

async function publishSome(scope: Scope): Promise<boolean> {
  await byWriter(scope);
  const reader = await scope.maybeOne(
    sql`
    select xid::text as xid, pg_snapshot_xmin(pg_current_snapshot())::text as horizon,
           xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint as is_ahead
      from bursar.entry_reader where id = 1
       for update skip locked`,
    // A mark from before a restore into another cluster: what it has seen there is dropped by the balances' own marks.
    (row) => ({
      from: flag(row.is_ahead) ? 0n : BigInt(text(row.xid)),
      horizon: BigInt(text(row.horizon)),
    }),
  );
  if (!reader) return false;
  const { from, horizon } = reader;
  const next = from + BigInt(writersAtOnce);
  const until = next < horizon ? next : horizon;
  if (until <= from) return false;
  await announceStretches(scope, await moved(scope, { from, until }));
  await scope.run(
    sql`update bursar.entry_reader set xid = ${String(until)}::text::bigint where id = 1`,
  );
  return until < horizon;
}

/** Of a balance seen for the first time: what was booked by a writer from before is not told. */
function moved(scope: Scope, { from, until }: { from: bigint; until: bigint }) {
  return scope.many(
    sql`
    with seen as materialized (
      select tenant_id, balance_id, min(sequence) as first
        from bursar.entries
       where xid >= ${String(from)}::text::bigint and xid < ${String(until)}::text::bigint
       group by tenant_id, balance_id
    ), told as materialized (
      select seen.tenant_id, seen.balance_id, balance.sequence as until,
             coalesce(mark.sequence,
                      (select entry.sequence from bursar.entries as entry
                        where (entry.tenant_id, entry.balance_id) = (seen.tenant_id, seen.balance_id)
                          and entry.sequence < seen.first and entry.xid < ${String(from)}::text::bigint
                        order by entry.sequence desc limit 1), 0) as since
        from seen
        join bursar.balances as balance on (balance.tenant_id, balance.id) = (seen.tenant_id, seen.balance_id)
        left join bursar.entry_marks as mark
          on (mark.tenant_id, mark.balance_id) = (seen.tenant_id, seen.balance_id)
    ), marked as (
      insert into bursar.entry_marks (tenant_id, balance_id, sequence)
      select tenant_id, balance_id, until from told where until > since
      on conflict (tenant_id, balance_id) do update set sequence = excluded.sequence
    )
    select tenant_id, balance_id, since, until from told where until > since
     order by tenant_id, balance_id`,
    (row) => ({
      tenantId: integer(row.tenant_id),
      balanceId: integer(row.balance_id),
      from: integer(row.since) + 1,
      to: integer(row.until),
    }),
  );
}
