/** Storing what an order has become, where nothing else comes of it. */
import { at, FOREVER, type Scope, sql } from '../kernel/index.ts';
import { InvalidStateError } from '../ledger/index.ts';
import { recordStep, type Step } from './news.ts';
import type { OrderRow } from './rows.ts';
import { isHeld, isOpen, mayMove, type OrderStatus } from './status.ts';

/**
 * Moves a locked line to another status and adds the one step to its history.
 * @returns The line as it is then.
 * @throws {InvalidStateError} There is no such move.
 */
export async function moveOrder(
  scope: Scope,
  row: OrderRow,
  { to, ...step }: { readonly to: OrderStatus } & Omit<Step, 'order' | 'status'>,
): Promise<OrderRow> {
  if (!mayMove(row.status, to)) throw new InvalidStateError(`Order ${row.id} is ${row.status}.`);
  const dueAt = isOpen(to) ? row.lapsesAt : isHeld(to) ? (row.expiresAt ?? FOREVER) : FOREVER;
  await scope.run(sql`
    update bursar.orders
       set status = ${to}::text, due_at = ${at(dueAt)}::text::timestamptz,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  await recordStep(scope, { ...step, order: row.id, status: to });
  return { ...row, status: to, dueAt, updatedAt: scope.now };
}
