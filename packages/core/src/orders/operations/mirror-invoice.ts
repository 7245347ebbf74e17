/**
 * Taking over that a gateway has charged a subscription by itself: an order of the period, paid by the gateway, once per invoice.
 *
 * The gateway has the money, so the period counts as paid also where sum or time are others than ours; that is said once.
 */
import { isBursarError, type Scope, sql, text } from '../../kernel/index.ts';
import { type InvoicedPeriod, invoicedPeriod } from '../../subscriptions/index.ts';
import type { InvoiceFact } from '../gateway.ts';
import { type GatewaySum, rescaleSum } from '../gateway-sum.ts';
import { announceOrder, recordStep } from '../news.ts';
import type { OrderTree } from '../rows.ts';
import { storeCanceled } from './cancel-order.ts';
import { placeCharge } from './charge-subscription.ts';
import { fulfilOrder } from './fulfil-order.ts';

export type Mirrored = { readonly gateway: string; readonly fact: InvoiceFact };

/**
 * Mirrors a paid invoice, in the transaction of whatever told it. One that failed changes nothing: that a period is unpaid follows from
 * the clock.
 * @returns `ignored`: it is about no subscription of ours. `flagged` is for an operator to look at.
 */
export async function mirrorInvoice(
  scope: Scope,
  { gateway, fact }: Mirrored,
): Promise<'applied' | 'ignored' | 'flagged'> {
  const { tenant } = fact.metadata;
  if (fact.state !== 'paid') return 'ignored';
  if (tenant !== undefined && tenant !== scope.tenant.key) return refuse(scope, fact, 'tenant');
  const found = await invoicedPeriod(scope, { gateway, ...fact });
  if (!found || (found.isTrial && fact.sum.amount === 0)) return 'ignored';
  const invoice = `${gateway}/${fact.invoice}`;
  if (await isMirrored(scope, invoice)) return 'applied';
  const sum = bookedSum(scope, fact.sum, found.price);
  if (!sum) return refuse(scope, fact, 'currency');
  const charge = { ...found.charge, ...sum, lapsesAt: null, invoice };
  const first = await placeCharge(scope, charge);
  // That a period costs nothing more is no news.
  if (!first && fact.sum.amount === 0) return 'ignored';
  const tree = first ?? (await placeCharge(scope, { ...charge, period: null }));
  if (!tree) throw new Error(`Invoice ${invoice} cannot be written.`);
  const paid = await pay(scope, tree, { gateway, fact });
  const fault = paid && (first ? faultOf(fact.sum, sum, found) : 'duplicate');
  const because = paid ? fault : 'not_owed';
  if (because === null) return 'applied';
  await flag(scope, paid ?? tree, { gateway, fact, because });
  return 'flagged';
}

function isMirrored(scope: Scope, invoice: string): Promise<boolean> {
  const statement = sql`
    select id from bursar.orders where (tenant_id, invoice) = (${scope.tenant.id}::int, ${invoice}::text)`;
  return scope.maybeOne(statement, (row) => text(row.id)).then((id) => id !== null);
}

type Booked = { readonly amount: number; readonly unit: string };

/** What the books can say of it: money that the catalogue cannot count is nothing in the subscription's own currency. */
function bookedSum(scope: Scope, sum: GatewaySum, price: InvoicedPeriod['price']): Booked | null {
  const { units } = scope.ports.catalog;
  const unit = Object.hasOwn(units, sum.currency) ? units[sum.currency] : undefined;
  if (unit) return { amount: rescaleSum(sum, unit.scale) ?? 0, unit: sum.currency };
  return price && { amount: 0, unit: price.unit };
}

/** What of it is not as it is here; `null`: nothing. */
function faultOf(told: GatewaySum, booked: Booked, found: InvoicedPeriod): string | null {
  const { price, isInTime } = found;
  if (booked.unit !== told.currency || (price && price.unit !== told.currency)) return 'currency';
  const isUncountable = booked.amount === 0 && told.amount !== 0;
  if (isUncountable || (price && price.amount !== booked.amount)) return 'amount';
  return isInTime ? null : 'period';
}

/** @returns `null`: nothing is owed for it, so that the order is given up. */
async function pay(
  scope: Scope,
  tree: OrderTree,
  { gateway, fact: { invoice } }: Mirrored,
): Promise<OrderTree | null> {
  const { id: order } = tree.root;
  try {
    return await fulfilOrder(scope, { order, method: gateway, payload: { gateway, invoice } });
  } catch (error) {
    // The subscription is over, or nobody pays for it any more. That is refused before anything is written.
    if (!isBursarError(error) || error.code !== 'invalid_state') throw error;
    await storeCanceled(scope, tree, { lapsed: false, message: 'nothing is owed for it' });
    return null;
  }
}

/** Says it in the order's history and as news. */
async function flag(
  scope: Scope,
  { root }: OrderTree,
  { gateway, fact, because }: Mirrored & { readonly because: string },
): Promise<void> {
  const { invoice, sum, periodStartsAt, periodEndsAt } = fact;
  await recordStep(scope, {
    ...{ order: root.id, status: 'inconsistent', message: `an invoice does not fit: ${because}` },
    payload: { gateway, invoice, because, sum, periodStartsAt, periodEndsAt },
  });
  await announceOrder(scope, root, 'order.inconsistent', { payment: null, invoice, because });
  scope.logger.warn({ order: root.id, invoice, because }, 'an invoice does not fit');
}

/** There is no order that could say it: only the inbox and the log do. */
function refuse(scope: Scope, { invoice }: InvoiceFact, because: string): 'flagged' {
  scope.logger.warn({ invoice, because }, 'an invoice was not taken over');
  return 'flagged';
}
