/** The door of subscriptions: what a customer was sold, for how long, and what it gives at a moment. */

export { subscriptionAdminRoutes } from './admin-routes.ts';
export type { NewSubscription } from './asked.ts';
export type { Window } from './calendar.ts';
export type { ChangePlan, PreviewChange } from './change-input.ts';
export * from './errors.ts';
export type { RenewalNews, SubscriptionEvents, SubscriptionNews } from './events.ts';
export type { FeatureTerms } from './feature-terms.ts';
export { type Instant, readInstant, refuseUnreadable } from './input.ts';
export type { FrozenItem, ItemKind, ItemOptions } from './items.ts';
export { subscriptionLifeRoutes } from './lifecycle-routes.ts';
export { announceDue, announceDueAll, dueSubscriptions } from './operations/announce-due.ts';
export { type CancelSubscription, cancelSubscription } from './operations/cancel-subscription.ts';
export {
  type AddFeature,
  addFeature,
  type RemoveFeature,
  removeFeature,
  type SetQuota,
  setQuota,
} from './operations/change-features.ts';
export { changePlan } from './operations/change-plan.ts';
export { type CreatedSubscription, createSubscription } from './operations/create-subscription.ts';
export { currentSubscription } from './operations/current-subscription.ts';
export {
  type DeleteSubscription,
  deleteSubscription,
  purgeSubscription,
  restoreSubscription,
} from './operations/delete-subscription.ts';
export {
  type Delivered,
  type DeliverPlan,
  deliverPlan,
  refuseUndeliverable,
} from './operations/deliver-plan.ts';
export { eraseSubscriptions } from './operations/erase-subscriptions.ts';
export { type GetSubscription, getSubscription } from './operations/get-subscription.ts';
export {
  type Invoiced,
  type InvoicedPeriod,
  invoicedPeriod,
} from './operations/invoiced-period.ts';
export { listPlans, type PublishedPlan } from './operations/list-plans.ts';
export {
  type ListSubscriptions,
  listSubscriptions,
  type SubscriptionPage,
} from './operations/list-subscriptions.ts';
export {
  type PauseSubscription,
  pauseSubscription,
  type UnpauseSubscription,
  unpauseSubscription,
} from './operations/pause-subscription.ts';
export { type PaidTime, type PayPeriod, payPeriod } from './operations/pay-period.ts';
export { type ChangePreview, previewChange } from './operations/preview-change.ts';
export { type ResetUsage, resetUsage } from './operations/reset-usage.ts';
export { type ResumeSubscription, resumeSubscription } from './operations/resume-subscription.ts';
export {
  type PeriodUsage,
  type PeriodWithUsage,
  type SubscriptionPeriods,
  subscriptionPeriods,
} from './operations/subscription-periods.ts';
export { type TakeBackPlan, takeBackPlan } from './operations/take-back-plan.ts';
export type { PaidPeriods, Span, SubscriptionCharge } from './payments.ts';
export type { SubscriptionPeriod } from './periods.ts';
export { planOf, plansOf } from './plan-of.ts';
export { type Right, type Rights, rightsAt } from './rights.ts';
export { subscriptionRoutes } from './routes.ts';
export {
  type SubscriptionMoments,
  type SubscriptionState,
  type SubscriptionStatus,
  stateAt,
  statuses,
} from './state.ts';
export type { Subscription, SubscriptionFeature } from './subscription.ts';
export { subscriptionShape } from './wire.ts';
