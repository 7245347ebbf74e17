/**
 * What customers owe: balances below zero, for whoever writes invoices.
 *
 * It comes from use before purchase, under a floor below zero (SPEC 6.4), and from what was taken back after it was spent. A later
 * credit fills the gap first.
 */
import { type Money, moneyOf } from '../../catalog/index.ts';
import {
  checkLimit,
  decodeNumber,
  instant,
  integer,
  json,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { readBalance } from './find-balance.ts';

export type ListOwed = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  /** Left out: of all units that are no feature. */
  readonly unit?: string | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** What a customer owes of one unit. */
export type Owed = {
  readonly customer: string;
  readonly unit: string;
  readonly owed: Money;
  /** When the balance last went below zero. */
  readonly since: Date;
};

type Candidate = Pick<Owed, 'customer' | 'unit' | 'since'> & { readonly balance: number };

const list = 'owed';

/**
 * One page, in the order in which the balances were first used. A balance that what has become due by now has filled is left out, so
 * a page may be shorter than asked for and have a next. Writes nothing.
 *
 * @throws {UnitUnknownError} The catalogue has no such unit.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listOwed(scope: Scope, input: ListOwed = {}): Promise<Page<Owed>> {
  const limit = checkLimit(input.limit);
  const after = decodeNumber(list, input.cursor) ?? 0;
  if (input.unit !== undefined) moneyOf(scope, input.unit, 0);
  const { items, next } = pageOf(
    list,
    await belowZero(scope, input, { after, limit: limit + 1 }),
    limit,
    ({ balance }) => [balance],
  );
  const owed: Owed[] = [];
  for (const { customer, unit, since } of items) {
    const { settled } = await readBalance(scope, { customer, unit });
    if (settled < 0) owed.push({ customer, unit, owed: moneyOf(scope, unit, 0 - settled), since });
  }
  return { items: owed, next };
}

/** As they are stored: what has become due since may have filled one, and has put none below zero. */
function belowZero(
  scope: Scope,
  { customer, unit }: ListOwed,
  { after, limit }: { after: number; limit: number },
): Promise<Candidate[]> {
  const units = Object.values(scope.ports.catalog.units)
    .filter(({ kind, key }) => kind !== 'metered' && kind !== 'gauge' && (unit ?? key) === key)
    .map(({ key }) => key);
  return scope.many(
    sql`
    select balance.id, customer.external_id as customer, unit.key as unit, under.since
      from bursar.balances as balance
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     cross join lateral (
       select entry.happened_at as since
         from bursar.entries as entry
        where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
          and entry.sequence > coalesce((
            select last.sequence from bursar.entries as last
             where (last.tenant_id, last.balance_id) = (balance.tenant_id, balance.id) and last.settled_after >= 0
             order by last.sequence desc limit 1), 0)
        order by entry.sequence
        limit 1) as under
     where balance.tenant_id = ${scope.tenant.id}::int and balance.id > ${after}::bigint and balance.settled < 0
       and unit.key in (select jsonb_array_elements_text(${json(units)}::text::jsonb))
       and (${customer ?? null}::text is null or customer.external_id = ${customer ?? null}::text)
     order by balance.id
     limit ${limit}::int`,
    readCandidate,
  );
}

function readCandidate(row: Row): Candidate {
  const { id, customer, unit, since } = row;
  return {
    ...{ balance: integer(id), customer: text(customer), unit: text(unit) },
    since: instant(since),
  };
}
