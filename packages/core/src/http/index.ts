/**
 * The door of the HTTP floor: how slices declare routes and guards, and what adapters run.
 *
 * Slices use `defineRoute` and the shapes (see the example at `defineRoute`); `bursar.ts` calls `bindHttp`;
 * `@bursar/express` and `@bursar/fastify` use the rest and decide nothing themselves.
 */
export { type Acting, bindHttp, bindingOf, type HttpBinding } from './binding.ts';
export { type Draining, drain } from './drain.ts';
export type { Enforced, Guard } from './enforce.ts';
export {
  AlreadySpentError,
  ForbiddenError,
  HoldSettledError,
  HoldUnnamedError,
  MalformedError,
  MediaTypeError,
  TooLargeError,
  UnauthenticatedError,
} from './errors.ts';
export type {
  Asker,
  GuardCatalog,
  Guards,
  LookingGuard,
  Taken,
  Taking,
  TakingGuard,
  Verdict,
} from './guard.ts';
export { openApiDocument } from './openapi.ts';
export { type Problem, toProblem } from './problem.ts';
export type {
  AdapterOptions,
  ConsumesOptions,
  GuardOptions,
  HttpRequest,
  OnDenied,
  Outcome,
  Party,
  RefusalReason,
  Reply,
  Statuses,
  Who,
} from './registration.ts';
export {
  Answer,
  answer,
  defineRoute,
  type Route,
  type RouteContext,
  type RouteCustomer,
  type RouteDefinition,
  type RouteKit,
} from './route.ts';
export type { Session } from './session.ts';
export { isUnsettled, settle } from './settle.ts';
export {
  amountShape,
  balanceShape,
  decisionShape,
  instantInput,
  instantShape,
  moneyShape,
  pageQuery,
  pageShape,
  referenceShape,
  wholeQuery,
} from './shapes.ts';
export { createSurface, type Surface } from './surface.ts';
