/** What a balance's row says by itself: one read by its key, whatever feeds the balance and however long its story. */
import { type Scope, sql } from '../../kernel/index.ts';
import { type Figures, figuresOf, type Seen } from '../figures.ts';
import { recallBalanceId } from '../find-balance-id.ts';
import { readSeen } from '../rows.ts';

/**
 * The figures of a balance at the scope's now.
 * @returns `null` when the row alone cannot tell: nobody knows it here yet, something is due, or it is frozen.
 */
export async function figuresAtOnce(
  scope: Scope,
  whose: { readonly customer: string; readonly unit: string },
): Promise<Figures | null> {
  const balanceId = recallBalanceId(scope, whose);
  const seen = balanceId === undefined ? null : await seeBalance(scope, balanceId);
  return seen && seen.validUntil > scope.now ? figuresOf(seen) : null;
}

/** The row as it stands, due or not. */
export function seeBalance(scope: Scope, balanceId: number): Promise<Seen | null> {
  return scope.maybeOne(
    sql`select * from bursar.balances where (tenant_id, id) = (${scope.tenant.id}::int, ${balanceId}::bigint)`,
    readSeen,
  );
}
