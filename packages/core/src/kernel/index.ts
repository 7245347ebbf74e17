/** The door of the kernel. Tables are imported from `kernel/schema.ts` by other slices' schemas only. */
export {
  add,
  checkAmount,
  convertAmount,
  formatAmount,
  multiply,
  multiplyDecimals,
  parseAmount,
  type Quotient,
  shownDecimal,
  subtract,
} from './amount.ts';
export { type Bucket, type BucketSize, bucketSizes, bucketsOf } from './buckets.ts';
export { addDuration, checkTimeZone, durationBetween, type Period, periodAt } from './calendar.ts';
export { carefulLogger, withoutSecrets } from './careful-logger.ts';
export { type Clock, stopwatch, systemClock } from './clock.ts';
export {
  bigintOrNull,
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  text,
  textOrNull,
} from './codec.ts';
export { openDatabase } from './database.ts';
export {
  approximateDays,
  type Duration,
  formatDuration,
  isZero,
  parseDuration,
} from './duration.ts';
export {
  type ErrorCode,
  type ErrorKind,
  kindOfCode,
  statusOf,
  statusOfKind,
} from './error-codes.ts';
export {
  BursarError,
  ConfigurationError,
  DatabaseError,
  type Fault,
  IdempotencyConflictError,
  InvalidAmountError,
  isBursarError,
  NotFoundError,
  OverloadError,
  ValidationError,
} from './errors.ts';
export { constraintOf, isRetryable, isUncertain } from './failures.ts';
export { canonicalJson, contentHash, requestHash } from './hash.ts';
export {
  adaptTransaction,
  type DrizzleTransaction,
  type HostTransaction,
  type PostgresJsTransaction,
  type QueryClient,
} from './host-transaction.ts';
export { newId } from './ids.ts';
export type { Database, Lane, OpenDatabase } from './lane.ts';
export { createMemory, type Memory } from './memory.ts';
export { type Migrate, migrate } from './migrate.ts';
export type { News } from './news.ts';
export { type OpenScope, openScope, sameLane } from './open-scope.ts';
export {
  CursorError,
  checkLimit,
  decodeCursor,
  decodeMoment,
  decodeNumber,
  decodeText,
  encodeCursor,
  type Moment,
  type Page,
  type Position,
  pageOf,
} from './page.ts';
export { migratedTemplate } from './pglite-template.ts';
export { faultsOf, readInput } from './read-input.ts';
export { withRetries } from './retry.ts';
export type { Logger, Origin, Ports, Scope, Tenant } from './scope.ts';
export { inSpan, isTracing } from './span.ts';
export {
  at,
  BEFORE_ALL,
  FOREVER,
  json,
  list,
  type Statement,
  sql,
  type Value,
} from './statement.ts';
export { checkId, storable, unstorableIn } from './storable.ts';
export { count, isCounting, observe, record } from './telemetry.ts';
export { type RaiseWall, raiseWall, refuseBound } from './tenant-wall.ts';
export { ensureTenant, findTenant } from './tenants.ts';
export { isTestClock, type TestClock, testClock } from './test-clock.ts';
export { type OpenTransaction, transactionOn } from './transaction-on.ts';
