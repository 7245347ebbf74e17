/** The parts of a feature's use, party by party, as the books have them. Pages go by the party's number. */
import type { Party } from '../customers/index.ts';
import { BEFORE_ALL, integer, type Row, type Scope, sql, text } from '../kernel/index.ts';
import { countUsage, readBalance } from '../ledger/index.ts';

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

/** Who used how much of a quota since its period began; of several sources', since the first of their periods did. */
export async function meteredParts(
  scope: Scope,
  { customer, feature }: Counted,
  page: PageAsked,
): Promise<Part[]> {
  const { windows } = await readBalance(scope, { customer, unit: feature });
  const [first] = windows
    .map(({ window }) => window.startsAt.getTime())
    .sort((one, other) => one - other);
  const parts = await countUsage(scope, {
    ...{ customer, unit: feature, page },
    since: first === undefined ? BEFORE_ALL : new Date(first),
  });
  return parts.map(({ party, kind, id, used }) => ({
    ...{ party, used },
    usedBy: kind === null ? { kind: 'customer', id: customer } : { kind, id: id ?? '' },
  }));
}

function readPart(row: Row, customer: string): Part {
  const party = integer(row.party);
  const usedBy =
    row.kind === null
      ? { kind: 'customer', id: customer }
      : { kind: text(row.kind), id: text(row.id) };
  return { party, usedBy, used: integer(row.used) };
}
