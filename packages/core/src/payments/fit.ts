/** Whether what a gateway says of a payment fits what was asked for, and what of it counts. Nothing is written. */
import { pseudonymOf } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import {
  type DisputeFact,
  type GatewayPayment,
  isSameSum,
  type OrderTree,
} from '../orders/index.ts';
import { type PaymentRow, partsOf, type Said } from './payment.ts';

/** What it says, in the payment's own parts. Sums of a webhook that does not tell change nothing. */
export function saidOf(
  row: PaymentRow,
  payment: GatewayPayment,
  dispute?: DisputeFact | undefined,
): Omit<Said, 'at'> {
  const { state, refunded, disputed } = payment;
  const same = refunded !== null && refunded.currency === row.sum.currency;
  const back = same ? (partsOf(row, refunded) ?? row.refunded) : row.refunded;
  return {
    ...{ state, refunded: back, disputed: disputed ?? dispute !== undefined },
    ...(dispute && { dispute: disputeOf(row, dispute) }),
  };
}

/** Of all of it where nobody can tell: a bank may count in its own currency. */
function disputeOf(row: PaymentRow, { dispute: id, state, sum }: DisputeFact) {
  const parts = sum.currency === row.sum.currency ? partsOf(row, sum) : null;
  return { id, state, amount: Math.min(parts ?? row.sum.amount, row.sum.amount) };
}

/** Why it is no word of this payment, right signature, wrong content: nothing of it is taken over. `null`: it fits. */
export function faultOf(
  scope: Scope,
  { tree, row }: { readonly tree: OrderTree; readonly row: PaymentRow },
  said: GatewayPayment,
): string | null {
  const { tenant, order, customer } = said.metadata;
  if (tenant !== undefined && tenant !== scope.tenant.key) return 'tenant';
  if (order !== undefined && order !== row.order) return 'order';
  if (customer !== undefined && !isOf(scope, tree, customer)) return 'customer';
  if (row.livemode !== null && said.livemode !== row.livemode) return 'mode';
  if (said.state !== 'succeeded') return null;
  if (said.received === null) return 'amount';
  if (said.received.currency !== row.sum.currency) return 'currency';
  return isSameSum(said.received, row.sum) ? null : 'amount';
}

/** Also under the id that somebody had before being erased: the gateway still knows it. */
function isOf(scope: Scope, { root }: OrderTree, customer: string): boolean {
  return [customer, pseudonymOf(scope, customer)].includes(root.customer);
}
