/** Who used how much: the parts sum to what was used of the feature's own units in the period that contains now. */
import { featureOf } from '../../catalog/index.ts';
import type { Party } from '../../customers/index.ts';
import {
  at,
  checkLimit,
  decodeNumber,
  integer,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import type { Decision } from '../decision.ts';
import { deniedError } from '../errors.ts';
import { checkFeature } from './check-feature.ts';

export type UsageOf = {
  readonly customer: string;
  readonly feature: string;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

export type UsagePart = { readonly usedBy: Party; readonly used: number };

/**
 * Usage of a metered feature or a gauge by party; the customer itself is `{ kind: 'customer' }`.
 * @throws {WrongKindError} The feature is not counted.
 */
export async function usageOf(scope: Scope, input: UsageOf): Promise<Page<UsagePart>> {
  const kind = featureOf(scope, input.feature)?.kind;
  if (kind !== 'metered' && kind !== 'gauge') throw deniedError(await refuse(scope, input, kind));
  const limit = checkLimit(input.limit);
  const list = `usage/${input.customer}/${input.feature}`;
  const page = { limit: limit + 1, after: decodeNumber(list, input.cursor) ?? -1 };
  const rows =
    kind === 'gauge'
      ? await gaugeParts(scope, input, page)
      : await meteredParts(scope, input, page);
  const { items, next } = pageOf(list, rows, limit, ({ party }) => [party]);
  return { items: items.map(({ usedBy, used }) => ({ usedBy, used })), next };
}

async function refuse(scope: Scope, { customer, feature }: UsageOf, kind: string | undefined) {
  const decision: Decision = await checkFeature(scope, { customer, feature, amount: 0 });
  return {
    ...decision,
    allowed: false,
    reason: kind === undefined ? 'feature_unknown' : 'wrong_kind',
  } as const;
}

type Part = UsagePart & { readonly party: number };
type PageAsked = { readonly limit: number; readonly after: number };

function gaugeParts(
  scope: Scope,
  { customer, feature }: UsageOf,
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

/** A capture and a give-back belong to the period of the use they are of. */
async function meteredParts(
  scope: Scope,
  { customer, feature }: UsageOf,
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
