/** The door of refunds: what goes back of orders, and what of that a gateway does. */
export { refundAdminRoutes } from './admin-routes.ts';
export { listRefundsInput, refundOrderInput } from './inputs.ts';
export { failRefund, settleRefund } from './operations/end-refund.ts';
export { followBack } from './operations/follow-back.ts';
export { isHeldForRefund } from './operations/is-held-for-refund.ts';
export { type ListRefunds, listRefunds } from './operations/list-refunds.ts';
export {
  REFUND,
  type RefundedOrder,
  type RefundOrder,
  refundedOrder,
  refundOrder,
} from './operations/refund-order.ts';
export { sendRefund } from './operations/send-refund.ts';
export { orderProof } from './proof.ts';
export type { Refund } from './refund.ts';
