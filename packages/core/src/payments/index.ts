/** The door of payments: opening them at gateways, asking for them, and taking what gateways tell. */
export { paymentAdminRoutes } from './admin-routes.ts';
export { listPaymentsInput } from './inputs.ts';
export { applyPayment, SEND_BACK, type Word } from './operations/apply-payment.ts';
export { askOf, confirmPayment, paymentById, paymentThatPaid } from './operations/ask-gateway.ts';
export { type ListPayments, listPayments, type Payment } from './operations/list-payments.ts';
export { keyOf, openPayment, WATCH } from './operations/open-payment.ts';
export { recordSentBack } from './operations/record-sent-back.ts';
export { type TakeWebhook, takeWebhook } from './operations/take-webhook.ts';
export { type Dispute, type PaymentRow, partsOf } from './payment.ts';
export {
  chosenGateway,
  faultOfChoice,
  type Gateways,
  type PaymentNews,
  refuseInTransaction,
} from './ports.ts';
export { paymentRoutes } from './routes.ts';
