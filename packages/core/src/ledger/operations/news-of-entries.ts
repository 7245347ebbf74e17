/** What entries say as news, read from their rows: as those who booked them told it. */
import { news } from '../../events/index.ts';
import {
  flag,
  instant,
  integer,
  integerOrNull,
  type News,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import type { EntryKind } from '../draft.ts';
import { movedNews, updateNews } from '../entry-news.ts';

/** One entry's; none for what left holds, grants and what is settled as they were. */
export type EntryNews = { readonly sequence: number; readonly news: readonly News[] };

/** Of a stretch of a balance of the tenant, in order. */
export function newsOfEntries(
  scope: Scope,
  { balanceId, from, to }: { balanceId: number; from: number; to: number },
): Promise<EntryNews[]> {
  return scope.many(
    sql`
    select entry.balance_id, entry.sequence, entry.kind, entry.amount, entry.held_amount, entry.settled_after, entry.grant_id,
           entry.booked_at, unit.key as unit, customer.external_id as customer, grants.source, leg.hold_id,
           coalesce(leg.expires_at <= entry.booked_at, false) as is_over
      from bursar.entries as entry
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      left join bursar.grants as grants on (grants.tenant_id, grants.id) = (entry.tenant_id, entry.grant_id)
      left join lateral (
             select hold_id, expires_at from bursar.hold_legs as one
              where (one.tenant_id, one.balance_id, one.sequence)
                    = (entry.tenant_id, entry.balance_id, coalesce(entry.of_sequence, entry.sequence))
              limit 1) as leg on entry.kind in ('hold', 'capture', 'release')
     where (entry.tenant_id, entry.balance_id) = (${scope.tenant.id}::int, ${balanceId}::bigint)
       and entry.sequence between ${from}::bigint and ${to}::bigint
     order by entry.sequence
     limit ${to - from + 1}::int`,
    (row) => readNews(scope, row),
  );
}

function readNews(scope: Scope, row: Row): EntryNews {
  const told = {
    unit: text(row.unit),
    customer: text(row.customer),
    balanceId: integer(row.balance_id),
  };
  const entry = {
    sequence: integer(row.sequence),
    kind: text(row.kind) as EntryKind,
    amount: integer(row.amount),
    heldAmount: integer(row.held_amount),
    settledAfter: integer(row.settled_after),
  };
  const holdId = textOrNull(row.hold_id);
  const grantId = integerOrNull(row.grant_id);
  const hold = holdId === null ? undefined : { id: holdId, isOver: flag(row.is_over) };
  const grant =
    grantId === null ? undefined : { id: grantId, source: textOrNull(row.source) ?? '' };
  const said = [movedNews(told, { ...entry, hold, grant }), updateNews(told, entry)];
  const then = { ...scope, now: instant(row.booked_at), actor: null };
  return {
    sequence: entry.sequence,
    news: said.filter((one) => one !== null).map((one) => news(then, one)),
  };
}
