/**
 * Stopping all spending of a customer, and letting it go on.
 *
 * Every balance is made due for ever, so the hot path misses and the slow one refuses; what is captured, released,
 * credited or expires goes on.
 */
import { type CustomerRow, lockCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { at, type Scope, sql } from '../../kernel/index.ts';

/**
 * Freezes the customer or lifts it; doing it again changes nothing and announces nothing.
 * New spends, holds and transfers out are refused with `customer_frozen` from this commit on, in every process.
 */
export function freezeCustomer(
  scope: Scope,
  { customer, frozen }: { customer: string; frozen: boolean },
): Promise<CustomerRow> {
  return scope.transaction(async (inner) => {
    const before = await lockCustomer(inner, { customer, mode: 'update' });
    if ((before.frozenAt !== null) === frozen) return before;
    await inner.run(sql`
      update bursar.customers
         set frozen_at = ${at(frozen ? inner.now : null)}::text::timestamptz, updated_at = ${at(inner.now)}::text::timestamptz
       where (tenant_id, id) = (${inner.tenant.id}::int, ${before.id}::bigint)`);
    await inner.run(sql`
      with locked as (
        select id from bursar.balances
         where (tenant_id, customer_id) = (${inner.tenant.id}::int, ${before.id}::bigint)
         order by id
           for no key update
      )
      update bursar.balances as balance
         set valid_until = case when ${frozen}::boolean then '-infinity'::timestamptz else 'epoch'::timestamptz end
        from locked
       where (balance.tenant_id, balance.id) = (${inner.tenant.id}::int, locked.id)`);
    await announce(inner, {
      type: 'customer.updated',
      customer,
      subject: { type: 'customer', id: customer },
      data: { customer, changed: ['frozen'] },
    });
    return { ...before, frozenAt: frozen ? inner.now : null };
  });
}
