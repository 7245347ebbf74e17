/**
 * Balances whose rows do not say what they are now: something is due that nobody has booked yet, or a plan pays for what was
 * drawn. For figures over all wallets; caught up in memory, by the function that books it, many at once.
 */
import { type CustomerRow, readCustomer } from '../../customers/index.ts';
import { at, integer, list, type Scope, sql, text } from '../../kernel/index.ts';
import type { Draft, EntryKind } from '../draft.ts';
import { projectBalances } from '../project-balances.ts';

/** An entry that the next command would book. */
export type UnbookedEntry = {
  readonly kind: EntryKind;
  readonly amount: number;
  /** Of the lot that it brings or takes from; of what names none, the account on the other side, or `transfer`. */
  readonly source: string;
  readonly happenedAt: Date;
};

export type BehindLot = {
  readonly source: string;
  readonly free: number;
  /** It is still to begin, and counts for nothing until then. */
  readonly waits: boolean;
};

/** A balance as it would be if it were caught up now. */
export type Behind = {
  readonly balanceId: number;
  readonly unit: string;
  /** The last entry that is booked: those below come after it. */
  readonly sequence: number;
  readonly entries: readonly UnbookedEntry[];
  readonly lots: readonly BehindLot[];
  readonly settled: number;
  readonly held: number;
  /** Used or set aside before anything paid for it. */
  readonly uncovered: number;
};

/** As many drafts as are in memory at once. */
const atOnce = 500;

type Due = { readonly id: number; readonly unit: string; readonly customer: CustomerRow };

/**
 * Pages of them, in the order of their ids. What nobody has touched yet has no row, and is not among them. Writes nothing,
 * locks nothing.
 * @param units Keys of the catalogue; gauges are never behind.
 */
export async function* readBehind(
  scope: Scope,
  { units }: { readonly units: readonly string[] },
): AsyncGenerator<Behind[]> {
  for (let after = 0; ; ) {
    const due = await listBehind(scope, { units, after });
    const last = due.at(-1);
    if (!last) return;
    const drafts = await projectBalances(scope, due);
    yield drafts.map(behindOf);
    after = last.id;
  }
}

/**
 * Frozen ones always are: their rows say nothing. What was drawn under a plan's grant is caught up where that cannot run out, or has
 * run out: further grants are booked for it then, and other lots keep theirs.
 */
function listBehind(
  scope: Scope,
  { units, after }: { units: readonly string[]; after: number },
): Promise<Due[]> {
  return scope.many(
    sql`
    select balance.id as balance_id, unit.key as unit, customer.id, customer.external_id, customer.kind, customer.email,
           customer.name, customer.locale, customer.time_zone, customer.created_at, customer.updated_at,
           customer.frozen_at, customer.erased_at
      from bursar.balances as balance
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
     where balance.tenant_id = ${scope.tenant.id}::int and balance.id > ${after}::bigint
       and unit.key = any (${list(units)}::text::text[])
       and (balance.valid_until <= ${at(scope.now)}::text::timestamptz
            or balance.drawn > balance.attributed and exists (
                 select from bursar.grants as g
                  where (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id) and g.open
                 having bool_or(g.source = 'plan')
                    and (bool_or(g.unlimited) or sum(g.free) < balance.drawn - balance.attributed)))
     order by balance.id
     limit ${atOnce}::int`,
    (row) => ({
      id: integer(row.balance_id),
      unit: text(row.unit),
      customer: readCustomer(row),
    }),
  );
}

function behindOf(draft: Draft): Behind {
  const { balance, entries, grants, unit } = draft;
  const sources = new Map(grants.map(({ id, source }) => [id, source]));
  return {
    ...{ balanceId: balance.id, unit, settled: balance.settled, held: balance.held },
    sequence: balance.sequence - entries.length,
    uncovered: balance.drawn - balance.attributed,
    entries: entries.map(({ kind, amount, happenedAt, facts }) => ({
      ...{ kind, amount, happenedAt },
      source: sources.get(facts.grantId ?? 0) ?? facts.counter ?? 'transfer',
    })),
    lots: grants
      .filter(({ closedAt }) => closedAt === null)
      .map(({ source, free, open }) => ({ source, free, waits: !open })),
  };
}
