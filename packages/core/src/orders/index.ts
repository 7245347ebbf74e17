/** The door of orders: offers, what was ordered of them, and the gateways through which it is paid. */
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
export { listOffersInput } from './inputs.ts';
export { type ListedOffer, type ListOffers, listOffers } from './operations/list-offers.ts';
export { orderRoutes } from './routes.ts';
export { testGateway } from './test-gateway.ts';
export type { WrittenWebhook } from './test-gateway-events.ts';
export type * from './test-gateway-options.ts';
