/** The door of orders: offers, what was ordered of them, and the gateways through which it is paid. */
export { orderAdminRoutes } from './admin-routes.ts';
export type { OpenCheckout, PaymentChoice } from './checkout.ts';
export * from './errors.ts';
export type { OrderEvents, OrderNews } from './events.ts';
export type * from './gateway.ts';
export {
  GatewayAuthorizationError,
  GatewayDuplicateError,
  GatewayError,
  type GatewayFailure,
  type GatewayOutcome,
  GatewayUnavailableError,
  GatewayValidationError,
  type WebhookFault,
  WebhookSignatureError,
} from './gateway-errors.ts';
export { type GatewaySum, isSameSum, rescaleSum } from './gateway-sum.ts';
export * from './inputs.ts';
export { moveOrder } from './move-order.ts';
export { announceOrder, recordStep } from './news.ts';
export { type CancelOrder, cancelOrder } from './operations/cancel-order.ts';
export { chargeSubscription } from './operations/charge-subscription.ts';
export { type ConfirmOrder, confirmOrder } from './operations/confirm-order.ts';
export { createOrder, type NewOrder, type PlacedOrder } from './operations/create-order.ts';
export { eraseOrders } from './operations/erase-orders.ts';
export { type FulfilOrder, fulfilOrder, lockOrder } from './operations/fulfil-order.ts';
export { type GetOrder, getOrder } from './operations/get-order.ts';
export { getReceipt } from './operations/get-receipt.ts';
export { isHeldForOrder } from './operations/is-held-for-order.ts';
export {
  type Credit,
  type CreditGroup,
  type CreditReason,
  type ListCredits,
  listCredits,
} from './operations/list-credits.ts';
export { type ListedOffer, type ListOffers, listOffers } from './operations/list-offers.ts';
export { type ListOrders, listOrders } from './operations/list-orders.ts';
export { type ListPurchases, listPurchases, type Purchase } from './operations/list-purchases.ts';
export { type CreditWarning, listWarnings } from './operations/list-warnings.ts';
export { mirrorInvoice } from './operations/mirror-invoice.ts';
export { paidPeriods } from './operations/paid-periods.ts';
export { type PayOrder, payOrder } from './operations/pay-order.ts';
export { lockRefundedShare, refundedBasisPoints } from './operations/refunded-share.ts';
export { type DueOrder, dueOrders, settleOrder } from './operations/settle-order.ts';
export { type Swept, type SweptGroup, sweepCredits } from './operations/sweep-credits.ts';
export { type Bought, type Order, type OrderItem, orderOf, reviveOrder } from './order.ts';
export { orderShape } from './order-wire.ts';
export type { Receipt, ReceiptDocument, ReceiptLine, ReceiptPayment } from './receipt.ts';
export { grantsOf } from './remaining.ts';
export { orderRoutes } from './routes.ts';
export type { OrderRow, OrderTree } from './rows.ts';
export { saleOfOffer } from './sale.ts';
export { isHeld, isOpen, type OrderStatus, orderStatuses, statusAt } from './status.ts';
export { testGateway } from './test-gateway.ts';
export type { WrittenWebhook } from './test-gateway-events.ts';
export type * from './test-gateway-options.ts';
