/** What a customer's entries of a time add up to, unit by unit. */
import { at, integer, type Scope, sql, text } from '../../kernel/index.ts';

export type SumEntries = {
  readonly customer: string;
  /** One unit; all that moved unless said. */
  readonly unit?: string | undefined;
  /** From this moment on, and before that one. */
  readonly from: Date;
  readonly to: Date;
  /** True: what came in too. Otherwise only what went out. */
  readonly all?: boolean | undefined;
};

export type UnitTotal = { readonly unit: string; readonly amount: number };

/** Signed sums over [from, to): use is negative. A unit that is named is there, with 0 when nothing moved. */
export async function sumEntries(scope: Scope, input: SumEntries): Promise<UnitTotal[]> {
  const { customer, unit, from, to, all = false } = input;
  const totals = await scope.many(
    sql`
    select unit.key as unit, sum(entry.amount) as amount
      from bursar.customers as customer
      join bursar.balances as balance on (balance.tenant_id, balance.customer_id) = (customer.tenant_id, customer.id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${customer}::text)
       and (${unit ?? null}::text is null or unit.key = ${unit ?? null}::text)
       and entry.happened_at >= ${at(from)}::text::timestamptz and entry.happened_at < ${at(to)}::text::timestamptz
       and entry.amount <> 0 and (entry.amount < 0 or ${all}::boolean)
     group by unit.key
     order by unit.key`,
    (row) => ({ unit: text(row.unit), amount: integer(row.amount) }),
  );
  return unit !== undefined && totals.length === 0 ? [{ unit, amount: 0 }] : totals;
}
