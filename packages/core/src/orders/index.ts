/** The door of orders: what sells, and the gateways through which it is paid. */
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
export { testGateway } from './test-gateway.ts';
export type { WrittenWebhook } from './test-gateway-events.ts';
export type * from './test-gateway-options.ts';
