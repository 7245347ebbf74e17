/**
 * Who used how much of a balance since an instant, as the books have it: captures and give-backs belong to the time of
 * their use, so what comes back of an earlier period takes nothing off this one.
 *
 * Sums up to a mark are kept, and what follows is added on reading. Whoever finds a long tail advances the mark; spends
 * know nothing of it.
 */
import {
  at,
  integer,
  type Row,
  type Scope,
  type Statement,
  sql,
  textOrNull,
} from '../../kernel/index.ts';
import { findBalanceId } from '../find-balance-id.ts';

export type CountUsage = {
  readonly customer: string;
  readonly unit: string;
  readonly since: Date;
  /** Parties by number, above `after`. */
  readonly page: { readonly limit: number; readonly after: number };
};

/** `kind` and `id` are null for the customer itself, whose number is 0. */
export type UsedPart = {
  readonly party: number;
  readonly kind: string | null;
  readonly id: string | null;
  readonly used: number;
};

/** As many entries may follow the mark before it is advanced: a few milliseconds of reading. */
const tailMax = 1000;

type Counting = { readonly balanceId: number; readonly since: Date };

/** One page of the parts, by party; parties whose uses all came back are left out. */
export async function countUsage(scope: Scope, input: CountUsage): Promise<UsedPart[]> {
  const balanceId = await findBalanceId(scope, input);
  if (balanceId === null) return [];
  const counting = { balanceId, since: input.since };
  if (!scope.inTransaction && (await tailOf(scope, counting)) > tailMax)
    await advance(scope, counting);
  return scope.many(
    sql`
    with ${markOf(scope, counting)}, tail as (${usesAfterMark}), part as (
      select used_by_id, units from tail
      union all
      select used_by_id, units from bursar.usage_totals
       where (tenant_id, balance_id, since) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${at(input.since)}::text::timestamptz)
    )
    select part.used_by_id as party, party.kind, party.external_id as id, sum(part.units) as used
      from part
      left join bursar.parties as party on (party.tenant_id, party.id) = (${scope.tenant.id}::int, part.used_by_id)
     where part.used_by_id > ${input.page.after}::bigint
     group by part.used_by_id, party.kind, party.external_id
    having sum(part.units) <> 0
     order by part.used_by_id
     limit ${input.page.limit}::int`,
    readPart,
  );
}

/** The mark, or the entry before `since` where none is kept; and the newest entry there is. */
function markOf(scope: Scope, { balanceId, since }: Counting): Statement {
  return sql`mark as materialized (
      select balance.tenant_id, balance.id as balance_id, balance.sequence as newest, instant.since,
             coalesce(kept.sequence, earlier.sequence, 0) as sequence
        from bursar.balances as balance
       cross join (select ${at(since)}::text::timestamptz as since) as instant
        left join bursar.usage_marks as kept
          on (kept.tenant_id, kept.balance_id, kept.since) = (balance.tenant_id, balance.id, instant.since)
        left join lateral (
          select entry.sequence
            from bursar.entries as entry
           where kept.sequence is null and (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
             and entry.happened_at < instant.since
           order by entry.sequence desc
           limit 1
        ) as earlier on true
       where (balance.tenant_id, balance.id) = (${scope.tenant.id}::int, ${balanceId}::bigint)
    )`;
}

/** Uses and what came back of them, party by party, from the mark to the newest entry that `mark` knows. */
const usesAfterMark: Statement = sql`
      select coalesce(entry.used_by_id, 0) as used_by_id, 0 - sum(entry.amount) as units
        from mark
        join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (mark.tenant_id, mark.balance_id)
         and entry.sequence > mark.sequence and entry.sequence <= mark.newest
        left join bursar.entries as origin
          on (origin.tenant_id, origin.balance_id, origin.sequence) = (entry.tenant_id, entry.balance_id, entry.of_sequence)
       where (entry.kind in ('debit', 'capture', 'give_back') or (entry.kind = 'reversal' and entry.amount > 0))
         and coalesce(origin.happened_at, entry.happened_at) >= mark.since
       group by coalesce(entry.used_by_id, 0)`;

async function tailOf(scope: Scope, counting: Counting): Promise<number> {
  const tail = await scope.maybeOne(
    sql`with ${markOf(scope, counting)} select newest - sequence as tail from mark`,
    (row) => integer(row.tail),
  );
  return tail ?? 0;
}

/** Adds the tail to the totals, once: the mark's row is locked, and who waited for it finds it advanced. */
async function advance(scope: Scope, counting: Counting): Promise<void> {
  await scope.transaction(async (scope) => {
    const { balanceId, since } = counting;
    await scope.run(sql`
      with ${markOf(scope, counting)}
      insert into bursar.usage_marks (tenant_id, balance_id, since, sequence)
      select tenant_id, balance_id, since, sequence from mark
      on conflict do nothing`);
    await scope.run(sql`
      select from bursar.usage_marks
       where (tenant_id, balance_id, since) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${at(since)}::text::timestamptz)
         for update`);
    await scope.run(sql`
      with ${markOf(scope, counting)}, tail as (${usesAfterMark}), added as (
        insert into bursar.usage_totals as total (tenant_id, balance_id, since, used_by_id, units)
        select mark.tenant_id, mark.balance_id, mark.since, tail.used_by_id, tail.units from mark cross join tail
        on conflict (tenant_id, balance_id, since, used_by_id) do update set units = total.units + excluded.units
      )
      update bursar.usage_marks as kept set sequence = mark.newest
        from mark
       where (kept.tenant_id, kept.balance_id, kept.since) = (mark.tenant_id, mark.balance_id, mark.since)`);
  });
}

function readPart(row: Row): UsedPart {
  return {
    party: integer(row.party),
    kind: textOrNull(row.kind),
    id: textOrNull(row.id),
    used: integer(row.used),
  };
}
