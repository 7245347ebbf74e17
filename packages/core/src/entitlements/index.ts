/** The door of entitlements: where subscriptions meet the ledger. May they, and what is left? */
export type { Allowed, Decision, Denied, Facts, Reason, Source } from './decision.ts';
export * from './errors.ts';
export type { EntitlementEvents } from './events.ts';
export {
  createExceededTally,
  type Exceeded,
  type ExceededTally,
  minuteOf,
} from './exceeded-tally.ts';
export { guards } from './guards.ts';
export { checkBalance } from './operations/check-balance.ts';
export { type CheckFeature, checkFeature } from './operations/check-feature.ts';
export { checkSubscribed } from './operations/check-subscribed.ts';
export { consume, tryConsume } from './operations/consume.ts';
export { type GiveBackUse, giveBackUse } from './operations/give-back-use.ts';
export {
  captureUse,
  type HoldFeature,
  holdFeature,
  tryHoldFeature,
} from './operations/hold-feature.ts';
export { listEntitlements } from './operations/list-entitlements.ts';
export { type SetGauge, setGauge } from './operations/set-gauge.ts';
export { type UsageOf, usageOf } from './operations/usage-of.ts';
export { writeExceeded } from './operations/write-exceeded.ts';
export { entitlementRoutes } from './routes.ts';
export { soldCredits } from './sold-credits.ts';
export { createSubjectCache, type SubjectCache, type SubjectKey } from './subject-cache.ts';
export type { UsagePart } from './usage-parts.ts';
export type { Spent, Use } from './use.ts';
