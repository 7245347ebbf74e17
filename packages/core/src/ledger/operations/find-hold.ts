/** A hold as it is stored: what its moves need before they take the locks. */
import {
  document,
  instantOrNull,
  integer,
  integerOrNull,
  NotFoundError,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import type { Stretch } from '../return-stretch.ts';

export type StoredLeg = {
  readonly leg: number;
  readonly unit: string;
  readonly balanceId: number;
  /** Units of it per use. */
  readonly cost: number;
  readonly stretch: Stretch;
};

export type StoredHold = {
  readonly id: string;
  readonly customer: string;
  readonly featureId: number | null;
  readonly usedById: number | null;
  readonly reference: { readonly type: string; readonly id: string } | null;
  readonly state: string;
  readonly expiresAt: Date | null;
  readonly legs: readonly StoredLeg[];
};

/**
 * Reads a hold, without a lock.
 * @throws {NotFoundError} There is none, or it is another customer's.
 */
export async function getHold(
  scope: Scope,
  { hold, customer }: { hold: string; customer?: string | undefined },
): Promise<StoredHold> {
  const found = await scope.maybeOne(
    sql`
    select hold.id, customer.external_id as customer, hold.feature_id, hold.used_by_id, hold.reference_type, hold.reference_id,
           hold.state, hold.expires_at,
           (select jsonb_agg(jsonb_build_object('leg', leg.leg, 'unit', unit.key, 'balance_id', leg.balance_id,
                                                'drawn_to', leg.drawn_to, 'cost', leg.cost, 'amount', leg.amount) order by leg.leg)
              from bursar.hold_legs as leg
              join bursar.balances as balance on (balance.tenant_id, balance.id) = (leg.tenant_id, leg.balance_id)
              join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
             where (leg.tenant_id, leg.hold_id) = (hold.tenant_id, hold.id)) as legs
      from bursar.holds as hold
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (hold.tenant_id, hold.customer_id)
     where (hold.tenant_id, hold.id) = (${scope.tenant.id}::int, ${hold}::text)`,
    readHold,
  );
  if (!found || (customer !== undefined && found.customer !== customer))
    throw new NotFoundError('hold', hold);
  return found;
}

/** Locks the hold's row, after its balances, and tells its state. */
export function lockHold(scope: Scope, hold: string): Promise<string> {
  return scope.one(
    sql`select state from bursar.holds where (tenant_id, id) = (${scope.tenant.id}::int, ${hold}::text) for update`,
    (row) => text(row.state),
  );
}

function readHold(row: Row): StoredHold {
  return {
    id: text(row.id),
    customer: text(row.customer),
    featureId: integerOrNull(row.feature_id),
    usedById: integerOrNull(row.used_by_id),
    reference: referenceOf(row),
    state: text(row.state),
    expiresAt: instantOrNull(row.expires_at),
    legs: document<Row[]>(row.legs).map((leg) => ({
      leg: integer(leg.leg),
      unit: textOrNull(leg.unit) ?? '',
      balanceId: integer(leg.balance_id),
      cost: integer(leg.cost),
      stretch: { from: integer(leg.drawn_to) - integer(leg.amount), to: integer(leg.drawn_to) },
    })),
  };
}

function referenceOf(row: Row): StoredHold['reference'] {
  const [type, id] = [textOrNull(row.reference_type), textOrNull(row.reference_id)];
  return type === null || id === null ? null : { type, id };
}
