/**
 * What a gateway says by itself of money that went back, brought to the order that it paid for.
 *
 * It compares what the gateway says with what is written down, so of any number of words in any order only what is new moves
 * anything. What the kit asked for and does not know the end of yet counts as told: it is compared again once that has ended.
 */
import type { Scope } from '../../kernel/index.ts';
import { type PaymentNews, paymentThatPaid } from '../../payments/index.ts';
import { bringForward, tellInquiries } from '../bring-forward.ts';
import { endNamed } from './end-refund.ts';

/** Follows what a payment says, if it is the one that its order was handed out for. In the transaction of whatever told it. */
export async function followBack(
  scope: Scope,
  { was, payment, refund }: PaymentNews,
): Promise<void> {
  if (payment.refunded === 0 && !refund && Object.keys(payment.disputes).length === 0) return;
  if ((await paymentThatPaid(scope, payment.order))?.id !== payment.id) return;
  if (refund) await endNamed(scope, { payment: payment.id, refund });
  await bringForward(scope, payment, { refund });
  await tellInquiries(scope, was, payment);
}
