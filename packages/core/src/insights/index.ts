/** The door of insights: figures about the business, counted by SQL over views that a person can read. Nothing is written here. */

export type { Range, Series } from './input.ts';
export type { Months } from './months.ts';
export { countChurned, countCustomers } from './operations/count-customers.ts';
export { type HistogramBucket, histogram } from './operations/histogram.ts';
export {
  type RecurringRevenue,
  type RevenueBucket,
  type RevenueSeries,
  recurringRevenue,
} from './operations/recurring-revenue.ts';
export { type Liability, type SourceLots, sumLiability } from './operations/sum-liability.ts';
export {
  type RewardMonth,
  type RewardSeries,
  type SumRewards,
  sumRewards,
  type TopSponsor,
} from './operations/sum-rewards.ts';
export {
  type Flow,
  type FlowMonth,
  type WalletFlows,
  walletFlows,
} from './operations/wallet-flows.ts';
export { insightRoutes } from './routes.ts';
export { walletInsightRoutes } from './wallet-routes.ts';
