/** What moved in wallets, summed by unit, month, kind and source: booked ones in the database, those that are due from memory. */
import { at, type Bucket, integer, json, list, type Scope, sql, text } from '../kernel/index.ts';
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
 * The sums of what is booked, of balances that are told from memory only up to where they were read.
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
  return scope.many(
    sql`
    with told as materialized (${toldRows(told)}
    ), moved as (
      select entry.balance_id, entry.kind, entry.grant_id, entry.counter, entry.amount,
             width_bucket(entry.happened_at, ${starts}::text::timestamptz[]) - 1 as place
        from bursar.entries as entry
        left join told on told.id = entry.balance_id
       where entry.tenant_id = ${scope.tenant.id}::int and entry.amount <> 0
         and entry.happened_at >= ${at(from)}::text::timestamptz and entry.happened_at < ${at(until)}::text::timestamptz
         and (${kind}::text is null or entry.kind = ${kind}::text)
         and (told.id is null or entry.sequence <= told.sequence)
    )
    select unit.key as unit, moved.place, moved.kind, coalesce(g.source, moved.counter, 'transfer') as source,
           sum(moved.amount) as amount, sum(greatest(moved.amount, 0)) as came
      from moved
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (${scope.tenant.id}::int, moved.balance_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      left join bursar.grants as g on (g.tenant_id, g.id) = (${scope.tenant.id}::int, moved.grant_id)
     where ${json(units)}::text::jsonb @> to_jsonb(unit.key)
     group by 1, 2, 3, 4`,
    (row) => ({
      ...{ unit: text(row.unit), place: integer(row.place), source: text(row.source) },
      kind: text(row.kind) as Move['kind'],
      ...{ amount: integer(row.amount), came: integer(row.came) },
    }),
  );
}
