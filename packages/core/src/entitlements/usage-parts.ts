/** The parts of a feature's use, party by party, as the books have them. Pages go by the party's number. */
import type { Party } from '../customers/index.ts';
import { at, integer, type Row, type Scope, sql, text } from '../kernel/index.ts';
import { readBalance } from '../ledger/index.ts';

export type UsagePart = { readonly usedBy: Party; readonly used: number };

/** A part with its place in the list. */
export type Part = UsagePart & { readonly party: number };

type Counted = { readonly customer: string; readonly feature: string };
type PageAsked = { readonly limit: number; readonly after: number };

/** Who holds how much of a gauge. */
export function gaugeParts(
  scope: Scope,
  { customer, feature }: Counted,
  page: PageAsked,
): Promise<Part[]> {
  return scope.many(
    sql`
    select part.used_by_id as party, party.kind, party.external_id as id, part.units as used
      from bursar.customers as customer
      join bursar.units as unit on unit.tenant_id = customer.tenant_id and unit.key = ${feature}::text
      join bursar.balances as balance
        on (balance.tenant_id, balance.customer_id, balance.unit_id) = (customer.tenant_id, customer.id, unit.id)
      join bursar.gauge_parts as part on (part.tenant_id, part.balance_id) = (balance.tenant_id, balance.id)
      join bursar.parties as party on (party.tenant_id, party.id) = (part.tenant_id, part.used_by_id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${customer}::text)
       and part.units > 0 and part.used_by_id > ${page.after}::bigint
     order by part.used_by_id
     limit ${page.limit}::int`,
    (row) => readPart(row, customer),
  );
}

/** Who used how much of a quota since its period began; captures and give-backs belong to the period of their use. */
export async function meteredParts(
  scope: Scope,
  { customer, feature }: Counted,
  page: PageAsked,
): Promise<Part[]> {
  const { windows } = await readBalance(scope, { customer, unit: feature });
  const since = windows
    .map(({ window }) => window.startsAt)
    .sort((one, other) => one.getTime() - other.getTime())[0];
  return scope.many(
    sql`
    select coalesce(entry.used_by_id, 0) as party, party.kind, party.external_id as id, 0 - sum(entry.amount) as used
      from bursar.customers as customer
      join bursar.units as unit on unit.tenant_id = customer.tenant_id and unit.key = ${feature}::text
      join bursar.balances as balance
        on (balance.tenant_id, balance.customer_id, balance.unit_id) = (customer.tenant_id, customer.id, unit.id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
      left join bursar.entries as origin
        on (origin.tenant_id, origin.balance_id, origin.sequence) = (entry.tenant_id, entry.balance_id, entry.of_sequence)
      left join bursar.parties as party on (party.tenant_id, party.id) = (entry.tenant_id, entry.used_by_id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${customer}::text)
       and entry.kind in ('debit', 'capture', 'give_back')
       and coalesce(origin.happened_at, entry.happened_at) >= coalesce(${at(since ?? null)}::text::timestamptz, '-infinity'::timestamptz)
       and coalesce(entry.used_by_id, 0) > ${page.after}::bigint
     group by entry.used_by_id, party.kind, party.external_id
    having sum(entry.amount) <> 0
     order by coalesce(entry.used_by_id, 0)
     limit ${page.limit}::int`,
    (row) => readPart(row, customer),
  );
}

function readPart(row: Row, customer: string): Part {
  const party = integer(row.party);
  const usedBy =
    row.kind === null
      ? { kind: 'customer', id: customer }
      : { kind: text(row.kind), id: text(row.id) };
  return { party, usedBy, used: integer(row.used) };
}
