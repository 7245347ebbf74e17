/** What a balance was at an instant, from its entries alone. */
import { findUnitId, unitOf } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { at, integer, type Scope, sql } from '../../kernel/index.ts';

export type BalanceAt = {
  readonly customer: string;
  readonly unit: string;
  readonly at: Date;
};

export type Stood = {
  readonly settled: number;
  readonly held: number;
  readonly available: number;
  /** How many entries it had; 0 before the first. */
  readonly sequence: number;
};

/**
 * The figures after all entries up to and including that instant. What was due then but touched by nobody is booked with its
 * own instant later, and shows once it is.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function balanceAt(scope: Scope, input: BalanceAt): Promise<Stood> {
  unitOf(scope, input.unit);
  const customer = await findCustomer(scope, input.customer);
  const unitId = await findUnitId(scope, input.unit);
  const none = { settled: 0, held: 0, available: 0, sequence: 0 };
  if (!customer || unitId === null) return none;
  const stood = await scope.maybeOne(
    sql`
    select entry.settled_after, entry.held_after, entry.sequence
      from bursar.balances as balance
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
     where (balance.tenant_id, balance.customer_id, balance.unit_id)
         = (${scope.tenant.id}::int, ${customer.id}::bigint, ${unitId}::int)
       and entry.happened_at <= ${at(input.at)}::text::timestamptz
     order by entry.sequence desc
     limit 1`,
    (row) => {
      const [settled, held] = [integer(row.settled_after), integer(row.held_after)];
      return { settled, held, available: settled - held, sequence: integer(row.sequence) };
    },
  );
  return stood ?? none;
}
