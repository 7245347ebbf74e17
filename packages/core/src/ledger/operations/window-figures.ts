/** What quotas of the past came to, from the grants and entries that were booked under them. */
import { flag, integer, list, type Scope, sql, text } from '../../kernel/index.ts';

/** What was booked under one window's reference. */
export type WindowFigures = {
  readonly unit: string;
  /** `<lead>/<unit>/<number>`. */
  readonly reference: string;
  /** Issued and not taken back; `null` was unlimited. */
  readonly granted: number | null;
  /** Drawn and not given back, what passed a soft quota included. */
  readonly used: number;
};

/**
 * Figures of all quota windows of a customer whose references begin with one of `leads`. Reads what is booked: a period
 * that nobody touched has none.
 */
export function windowFigures(
  scope: Scope,
  { customerId, leads }: { customerId: number; leads: readonly string[] },
): Promise<WindowFigures[]> {
  return scope.many(
    sql`
    select unit.key as unit, base.reference, bool_or(g.unlimited) as unlimited,
           coalesce(sum(g.amount - voided.units) filter (where g.source = 'plan'), 0) as granted,
           sum(g.amount - g.free - g.removed) as used
      from bursar.balances as balance
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
     cross join lateral (select regexp_replace(g.reference, '/(revision|unlimited|overage)/[0-9]+$', '') as reference) as base
     cross join lateral (
       select coalesce(-sum(entry.amount), 0) as units
         from bursar.entries as entry
        where (entry.tenant_id, entry.balance_id) = (g.tenant_id, g.balance_id) and entry.kind = 'void' and entry.grant_id = g.id
     ) as voided
     where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and g.source in ('plan', 'overage')
       and exists (select 1 from unnest((select ${list(leads)}::text)::text[]) as lead where starts_with(g.reference, lead))
     group by unit.key, base.reference
     order by unit.key, base.reference`,
    (row) => ({
      unit: text(row.unit),
      reference: text(row.reference),
      granted: flag(row.unlimited) ? null : integer(row.granted),
      used: integer(row.used),
    }),
  );
}
