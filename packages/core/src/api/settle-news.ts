/** Which of a transaction's news came true: those whose rows are there once it is committed. */
import { hasRow } from '../events/index.ts';
import { type Database, flag, integer, json, type News, sql } from '../kernel/index.ts';

/** What was told in one transaction, verb by verb. */
export type Told = { readonly xid: string; readonly verbs: (readonly News[])[] };

/** What is true whatever became of the transaction. */
export function rowless({ verbs }: Told): News[] {
  return verbs.flat().filter(needsNoProof);
}

/**
 * What may be published of a committed transaction, in the order it was told. An outbox row proves its news, an entry of
 * this very transaction its own; news without either needs no proof.
 */
export async function settleNews(database: Database, told: Told): Promise<News[]> {
  const news = lastTold(told);
  const asked = news.map((one, index) => ({
    index,
    tenant: one.tenant,
    id: one.id,
    balance: one.sequence === undefined ? null : Number(one.subject.id),
    sequence: one.sequence ?? null,
  }));
  const rows = await database.query(sql`
    select asked.index,
           exists (select from bursar.outbox as kept where (kept.tenant_id, kept.id) = (tenant.id, asked.id))
           or exists (select from bursar.entries as entry
                       where (entry.tenant_id, entry.balance_id, entry.sequence) = (tenant.id, asked.balance, asked.sequence)
                         and entry.xid = ${told.xid}::text::bigint) as is_there
      from jsonb_to_recordset(${json(asked)}::text::jsonb)
           as asked (index int, tenant text, id text, balance bigint, sequence bigint)
      join bursar.tenants as tenant on tenant.key = asked.tenant`);
  const there = new Set(rows.filter((row) => flag(row.is_there)).map((row) => integer(row.index)));
  return news.filter((one, index) => there.has(index) || needsNoProof(one));
}

/** A verb that wrote an entry of the same number as an earlier one stands where a savepoint was rolled back. */
function lastTold({ verbs }: Told): News[] {
  const teller = new Map<string, number>();
  const entryOf = (one: News) => `${one.tenant}/${one.subject.id}/${one.sequence}`;
  verbs.forEach((verb, index) => {
    for (const one of verb) if (one.sequence !== undefined) teller.set(entryOf(one), index);
  });
  return verbs.flatMap((verb, index) =>
    verb.filter((one) => one.sequence === undefined || teller.get(entryOf(one)) === index),
  );
}

function needsNoProof(one: News): boolean {
  return !hasRow(one) && one.sequence === undefined;
}
