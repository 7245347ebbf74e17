/** The door of webhooks: a tenant's endpoints, what goes to them, and the log of it. The sending itself is a job. */
export { faultOfUrl } from './address.ts';
export type { Endpoint } from './endpoint.ts';
export { SecretInUseError } from './errors.ts';
export type { WebhookEvents } from './events.ts';
export {
  type ChangeEndpoint,
  changeEndpoint,
  deleteEndpoint,
  rotateSecret,
} from './operations/change-endpoint.ts';
export { type CreateEndpoint, createEndpoint } from './operations/create-endpoint.ts';
export { type Delivery, fanOut, WEBHOOK } from './operations/fan-out.ts';
export {
  type DeliveryLine,
  type ListDeliveries,
  listDeliveries,
  replayDeliveries,
} from './operations/list-deliveries.ts';
export {
  findTarget,
  getEndpoint,
  listEndpoints,
  type Target,
  wantedTypes,
} from './operations/list-endpoints.ts';
export { type Attempt, recordAttempt } from './operations/record-attempt.ts';
export { renameInDeliveries } from './operations/rename-customer.ts';
export { type Post, type Posted, post } from './post.ts';
export { webhookRoutes } from './routes.ts';
export { attemptsMax, delayAfter } from './schedule.ts';
export { signedHeaders } from './signature.ts';
