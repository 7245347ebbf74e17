/**
 * The front door of `@bursar/core`: declare a catalogue, create a kit, and everything they give and throw.
 */
export type * from './api/answers.ts';
export type * from './api/asked.ts';
export type { ConsumerOptions, Handled } from './api/consumer-options.ts';
export type * from './api/correction-verbs.ts';
export type * from './api/customers-verbs.ts';
export type * from './api/event-map.ts';
export type * from './api/event-verbs.ts';
export type * from './api/import-verbs.ts';
export type * from './api/kit.ts';
export type * from './api/kit-options.ts';
export * from './api/paying-out.ts';
export { prismaTx } from './api/prisma-tx.ts';
export * from './api/register.ts';
export type * from './api/request.ts';
export * from './api/rewarding.ts';
export * from './api/selling.ts';
export type * from './api/verbs.ts';
export type * from './api/wallet-verbs.ts';
export type * from './api/withdrawal-verbs.ts';
export type { AuditFacts, AuditLine, AuditPage, AuditPersonal, ListAudit } from './audit/index.ts';
export { createBursar } from './bursar.ts';
export {
  type AnyKeys,
  type Catalog,
  CatalogError,
  type Cycle,
  type Duration,
  defineCatalog,
  type FindOffers,
  type Keys,
  type Money,
  type PublishedOffer,
  type RuntimeKey,
  UnitUnknownError,
} from './catalog/index.ts';
export {
  type Address,
  type Addresses,
  type Creating,
  CustomerInUseError,
  type CustomerPage,
  type CustomerRules,
  CustomerUnknownError,
  ExternalTakenError,
  type Newcomer,
  type Party,
  type ProfileFields,
  type Role,
  type UsedBy,
} from './customers/index.ts';
export {
  type Allowed,
  type Decision,
  type Denied,
  DeniedError,
  FeatureNotInPlanError,
  FrozenError,
  InsufficientCreditsError,
  isDenied,
  NoSubscriptionError,
  OverLimitError,
  PastDueError,
  PausedError,
  QuotaExceededError,
  type Reason,
  type Source,
  UnknownFeatureError,
  ValueMismatchError,
  WrongKindError,
} from './entitlements/index.ts';
export {
  type AdapterOptions,
  AlreadySpentError,
  type ConsumesOptions,
  ForbiddenError,
  type GuardOptions,
  HoldSettledError,
  HoldUnnamedError,
  MalformedError,
  MediaTypeError,
  type Outcome,
  TooLargeError,
  toProblem,
  UnauthenticatedError,
  type Who,
} from './http/index.ts';
export {
  BursarError,
  type Clock,
  ConfigurationError,
  CursorError,
  DatabaseError,
  type DrizzleTransaction,
  type ErrorCode,
  type ErrorKind,
  formatAmount,
  IdempotencyConflictError,
  InvalidAmountError,
  isBursarError,
  type Logger,
  NotFoundError,
  OverloadError,
  type Page,
  type PostgresJsTransaction,
  parseAmount,
  type QueryClient,
  systemClock,
  type TestClock,
  testClock,
  ValidationError,
} from './kernel/index.ts';
export {
  type Captured,
  CustomerFrozenError,
  type Explained,
  HoldClosedError,
  HoldExpiredError,
  type HoldLine,
  InsufficientBalanceError,
  InvalidStateError,
  LimitExceededError,
  type StatementLine,
  type Verdict,
  type Verify,
} from './ledger/index.ts';
export {
  ecbRates,
  fixedRates,
  nbuRates,
  type Rate,
  RateMissingError,
  type RateProvider,
  type RateProviders,
  type RateSheet,
  type Rates,
} from './rates/index.ts';
export { SettingUnknownError } from './settings/index.ts';
export {
  AlreadySubscribedError,
  AmbiguousSubscriptionError,
  CeilingBlockedError,
  type ChangePreview,
  type CreatedSubscription,
  FeatureUnknownError,
  type Instant,
  NotSelfServiceError,
  PlanUnknownError,
  PreviewStaleError,
  type PublishedPlan,
  type Subscription,
  SubscriptionExistsError,
  type SubscriptionFeature,
  type SubscriptionPeriod,
  type SubscriptionStatus,
  TrialUsedError,
} from './subscriptions/index.ts';
export { SecretInUseError } from './webhooks/index.ts';
