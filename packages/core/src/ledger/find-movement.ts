/** From a movement's name to the entry that stands for it, whose it is, and what lies on its other side. */
import {
  integer,
  integerOrNull,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';

/** An entry by its place. */
export type Place = { readonly balanceId: number; readonly sequence: number };

export type Movement = Place & {
  readonly customer: string;
  readonly unit: string;
  readonly kind: string;
  /** Change of settled. */
  readonly amount: number;
  /** Where its draw positions end. */
  readonly drawnTo: number;
  readonly counter: string | null;
  readonly grantId: number | null;
  /** The other side of a pair. */
  readonly pair: Place | null;
};

/** @returns `null` when the name is none, or no entry has it. */
export async function findMovement(scope: Scope, name: string): Promise<Movement | null> {
  const [, balanceId, sequence] = /^trf_(\d{1,16})_(\d{1,16})$/.exec(name) ?? [];
  if (balanceId === undefined || sequence === undefined) return null;
  return movementAt(scope, { balanceId: Number(balanceId), sequence: Number(sequence) });
}

/** The movement at a place. */
export function movementAt(scope: Scope, { balanceId, sequence }: Place): Promise<Movement | null> {
  return scope.maybeOne(
    sql`
    select entry.balance_id, entry.sequence, entry.kind, entry.amount, entry.drawn_to, entry.counter, entry.grant_id,
           entry.counter_balance_id, entry.counter_sequence, unit.key as unit, customer.external_id as customer
      from bursar.entries as entry
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
     where (entry.tenant_id, entry.balance_id, entry.sequence)
         = (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint)`,
    readMovement,
  );
}

function readMovement(row: Row): Movement {
  const pairId = integerOrNull(row.counter_balance_id);
  return {
    balanceId: integer(row.balance_id),
    sequence: integer(row.sequence),
    customer: text(row.customer),
    unit: text(row.unit),
    kind: text(row.kind),
    amount: integer(row.amount),
    drawnTo: integer(row.drawn_to),
    counter: textOrNull(row.counter),
    grantId: integerOrNull(row.grant_id),
    pair: pairId === null ? null : { balanceId: pairId, sequence: integer(row.counter_sequence) },
  };
}
