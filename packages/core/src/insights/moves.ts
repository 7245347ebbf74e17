/** What moved in wallets, summed by unit, month, kind and source: booked ones in the database, those that are due from memory. */
import { at, type Bucket, integer, list, type Scope, sql, text } from '../kernel/index.ts';
import type { UnbookedEntry } from '../ledger/index.ts';
import { spanOf } from './months.ts';
import { type Told, toldRows } from './wallets.ts';

export type Move = Pick<UnbookedEntry, 'kind' | 'source'> & {
  readonly unit: string;
  /** Which of the months, from 0. */
  readonly place: number;
  readonly amount: number;
  /** The part of `amount` that is above zero. */
  readonly came: number;
};

/** The entry's place among the months: none, or one. */
export function moveOf(unit: string, entry: UnbookedEntry, months: readonly Bucket[]): Move[] {
  const { kind, source, amount, happenedAt } = entry;
  const place = months.findIndex(
    ({ startsAt, endsAt }) => startsAt <= happenedAt && happenedAt < endsAt,
  );
  if (place === -1 || amount === 0) return [];
  return [{ unit, place, kind, source, amount, came: Math.max(0, amount) }];
}

/**
 * The sums of what is booked, of balances that are told from memory only up to where they were read: what they have booked since is
 * mostly nothing, and taken off again. Entries are summed before anything is joined: joined first, 2 million of them took 12 s and more.
 * @param input.kind Only of this kind.
 */
export function sumMoves(
  scope: Scope,
  input: {
    readonly months: readonly Bucket[];
    readonly units: readonly string[];
    readonly told: readonly Told[];
    readonly kind?: Move['kind'] | undefined;
  },
): Promise<Move[]> {
  const { months, units, told, kind = null } = input;
  const { from, until } = spanOf(months);
  const starts = list(months.map(({ startsAt }) => at(startsAt)));
  // Instants are read once, in a select of their own: text becomes an instant anew for each row otherwise.
  const asked = sql`
           entry.amount <> 0 and (${kind}::text is null or entry.kind = ${kind}::text)
       and entry.happened_at >= (select ${at(from)}::text::timestamptz)
       and entry.happened_at < (select ${at(until)}::text::timestamptz)`;
  const place = sql`width_bucket(entry.happened_at, (select ${starts}::text::timestamptz[])) - 1`;
  return scope.many(
    sql`
    with told as materialized (${toldRows(told)}
    ), moved as materialized (
      select entry.balance_id, entry.kind, entry.grant_id, entry.counter, ${place} as place,
             sum(entry.amount) as amount, sum(greatest(entry.amount, 0)) as came
        from bursar.entries as entry
       where entry.tenant_id = ${scope.tenant.id}::int and ${asked}
       group by 1, 2, 3, 4, 5
      union all
      select entry.balance_id, entry.kind, entry.grant_id, entry.counter, ${place},
             0 - entry.amount, 0 - greatest(entry.amount, 0)
        from told
        join bursar.entries as entry
          on (entry.tenant_id, entry.balance_id) = (${scope.tenant.id}::int, told.id) and entry.sequence > told.sequence
       where ${asked}
    )
    select unit.key as unit, moved.place, moved.kind, coalesce(g.source, moved.counter, 'transfer') as source,
           sum(moved.amount) as amount, sum(moved.came) as came
      from moved
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (${scope.tenant.id}::int, moved.balance_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      left join bursar.grants as g on (g.tenant_id, g.id) = (${scope.tenant.id}::int, moved.grant_id)
     where unit.key = any (${list(units)}::text::text[])
     group by 1, 2, 3, 4`,
    (row) => ({
      ...{ unit: text(row.unit), place: integer(row.place), source: text(row.source) },
      kind: text(row.kind) as Move['kind'],
      ...{ amount: integer(row.amount), came: integer(row.came) },
    }),
  );
}
