/**
 * Many credits by one statement: those of balances that need nothing but the credit itself.
 * Nothing is due there, everything drawn has its payer, no debt waits to be filled and no plan feeds
 * them: so nothing has to be caught up first. All others are credited one by one.
 */
import { type UnitSpec, unitIdOf, unitOf } from '../../catalog/index.ts';
import { type CustomerRow, lockCustomers } from '../../customers/index.ts';
import { at, integer, json, type Scope, sql } from '../../kernel/index.ts';
import { NO_FLOOR, UNLIMITED } from '../draft.ts';
import { markAfterCredit } from '../low.ts';
import { queueCredit } from '../news.ts';
import { type Credit, creditHash, isDatedRight } from './credit.ts';

/** A credit with its place among the others. */
export type Numbered = { readonly line: number; readonly credit: Credit };

/**
 * Credits the simple ones among them, exactly as `credit` would. Needs an open transaction in which nothing is locked yet:
 * it locks the customers of all by name, then the balances of the simple ones in the order of their rows.
 *
 * @returns The lines that were credited; nothing of the others is written but customers and empty balances.
 */
export async function creditAtOnce(
  scope: Scope,
  asked: readonly Numbered[],
): Promise<ReadonlySet<number>> {
  // What will be refused as it stands makes no customer.
  const lines = asked.filter(
    ({ credit }) => isAmount(credit.amount) && isDatedRight(scope, credit),
  );
  const customers = await lockCustomers(
    scope,
    lines.map(({ credit }) => credit.customer),
  );
  const rows = await rowsOf(scope, lines, customers);
  if (rows.length === 0) return new Set();
  await openAll(scope, rows);
  return creditAll(scope, rows);
}

type LineRow = {
  readonly line: number;
  readonly customer: string;
  readonly customerId: number;
  readonly unit: string;
  readonly unitId: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly credit: Credit;
};

/** The first line of each balance, if by itself it could be simple; what follows it must find it done. */
async function rowsOf(
  scope: Scope,
  lines: readonly Numbered[],
  customers: readonly CustomerRow[],
): Promise<LineRow[]> {
  const known = new Map(customers.map((customer) => [customer.externalId, customer]));
  const taken = new Set<string>();
  const rows: LineRow[] = [];
  for (const { line, credit } of lines) {
    const customer = known.get(credit.customer);
    const place = json([credit.customer, credit.unit]);
    const isFirst = !taken.has(place);
    taken.add(place);
    const unit = unitOf(scope, credit.unit);
    if (!isFirst || !customer || customer.frozenAt || !isSimple(unit, credit)) continue;
    rows.push({
      ...{ line, credit, customer: credit.customer, customerId: customer.id },
      ...{ unit: credit.unit, unitId: await unitIdOf(scope, credit.unit) },
      ...{ floor: unit.floor ?? NO_FLOOR, ceiling: unit.ceiling ?? UNLIMITED },
    });
  }
  return rows;
}

function isSimple({ kind }: UnitSpec, { waits, key }: Credit): boolean {
  return kind !== 'metered' && kind !== 'gauge' && waits !== true && key !== undefined;
}

function isAmount(amount: number): boolean {
  return Number.isSafeInteger(amount) && amount > 0;
}

/** Balances that nobody has touched: up to date as they are, since no plan feeds them. */
async function openAll(scope: Scope, rows: readonly LineRow[]): Promise<void> {
  const wanted = rows.map(({ customerId, unitId, floor, ceiling }) => ({
    ...{ customerId, unitId, floor, ceiling },
  }));
  const keys = sql`jsonb_to_recordset(${json(wanted)}::text::jsonb)
        as key ("customerId" bigint, "unitId" int, floor bigint, ceiling bigint)`;
  await scope.run(sql`
    insert into bursar.balances (tenant_id, customer_id, unit_id, floor, ceiling, valid_until, changed_at)
    select ${scope.tenant.id}::int, key."customerId", key."unitId", key.floor, key.ceiling, 'infinity', '-infinity'
      from ${keys}
     where (select true from bursar.balances as balance
             where (balance.tenant_id, balance.customer_id, balance.unit_id)
                 = (${scope.tenant.id}::int, key."customerId", key."unitId") limit 1) is null
     order by key."customerId", key."unitId"
    on conflict do nothing`);
  await scope.run(sql`
    select balance.id
      from bursar.balances as balance
      join ${keys} on (balance.customer_id, balance.unit_id) = (key."customerId", key."unitId")
     where balance.tenant_id = ${scope.tenant.id}::int
     order by balance.id
       for no key update of balance`);
}

async function creditAll(scope: Scope, rows: readonly LineRow[]): Promise<ReadonlySet<number>> {
  const now = sql`${at(scope.now)}::text::timestamptz`;
  const credited = await scope.many(
    sql`
    with simple as (
      select line.*, balance.tenant_id, balance.id as balance_id, balance.settled, balance.held, balance.drawn,
             balance.sequence, greatest(${now}, balance.changed_at) as happened_at
        from jsonb_to_recordset(${json(rows.map(wireOf))}::text::jsonb)
               as line (line int, customer_id bigint, unit_id int, amount bigint, source text, priority int,
                        effective_at timestamptz, expires_at timestamptz, reference_type text, reference_id text,
                        key text, request_hash bigint)
       cross join lateral (
         select * from bursar.balances
          where (tenant_id, customer_id, unit_id) = (${scope.tenant.id}::int, line.customer_id, line.unit_id)
          limit 1
       ) as balance
       where balance.valid_until > ${now} and balance.attributed = balance.drawn and balance.debt = 0
         and balance.cap_left is null and not balance.frozen
         and balance.settled + line.amount <= balance.ceiling
         and (select true from bursar.entries as entry
               where (entry.tenant_id, entry.balance_id, entry.key) = (balance.tenant_id, balance.id, line.key) limit 1) is null
    ), lot as (
      insert into bursar.grants (tenant_id, balance_id, source, amount, free, priority, effective_at, expires_at, created_at)
      select tenant_id, balance_id, source, amount, amount, priority, coalesce(effective_at, happened_at), expires_at, happened_at
        from simple
       order by line
      returning tenant_id, balance_id, id
    ), booked as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, settled_after, held_after, drawn_to, counter,
                                  grant_id, reference_type, reference_id, key, request_hash, happened_at, booked_at)
      select simple.tenant_id, simple.balance_id, sequence + 1, 'credit', amount, settled + amount, held, drawn, 'issued',
             lot.id, reference_type, reference_id, key, request_hash, happened_at, ${now}
        from simple join lot using (tenant_id, balance_id)
    ), moved as (
      update bursar.balances as balance
         set settled = simple.settled + simple.amount, sequence = simple.sequence + 1, epoch = balance.epoch + 1,
             mark = ${markAfterCredit(scope)}, changed_at = simple.happened_at, valid_until = least(balance.valid_until, simple.expires_at)
        from simple
       where (balance.tenant_id, balance.id) = (simple.tenant_id, simple.balance_id)
    )
    select simple.line, simple.balance_id, simple.sequence + 1 as sequence, simple.settled + simple.amount as settled_after, lot.id
      from simple join lot using (tenant_id, balance_id)`,
    (row) => ({
      line: integer(row.line),
      balanceId: integer(row.balance_id),
      sequence: integer(row.sequence),
      settledAfter: integer(row.settled_after),
      grantId: integer(row.id),
    }),
  );
  const byLine = new Map(rows.map((row) => [row.line, row]));
  for (const { line, ...entry } of credited) {
    const row = byLine.get(line);
    if (row) tell(scope, row, entry);
  }
  return new Set(credited.map(({ line }) => line));
}

function tell(
  scope: Scope,
  { unit, customer, credit }: LineRow,
  entry: { balanceId: number; sequence: number; settledAfter: number; grantId: number },
): void {
  const source = credit.grantSource ?? 'top_up';
  const { balanceId, ...credited } = entry;
  const told = { unit, customer, balanceId };
  queueCredit(scope, told, { ...credited, source, amount: credit.amount });
}

function wireOf({ line, customerId, unitId, credit }: LineRow) {
  return {
    ...{ line, customer_id: customerId, unit_id: unitId, amount: credit.amount },
    ...{ source: credit.grantSource ?? 'top_up', priority: credit.priority ?? 0 },
    effective_at: at(credit.effectiveAt ?? null),
    expires_at: at(credit.expiresAt ?? null),
    reference_type: credit.reference?.type ?? null,
    reference_id: credit.reference?.id ?? null,
    key: credit.key ?? null,
    request_hash: creditHash(credit).toString(),
  };
}
