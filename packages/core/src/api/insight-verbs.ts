/** What operators are told about the business, as verbs. */
import type {
  HistogramBucket,
  Liability,
  Months,
  Range,
  RecurringRevenue,
  RevenueSeries,
  RewardSeries,
  Series,
  SumRewards,
  WalletFlows,
} from '../insights/index.ts';

export type InsightVerbs = {
  /** Customers with a subscription in a range, both bounds included; without one, with an active one now. */
  customers(input?: Partial<Range>): Promise<{ readonly customers: number }>;
  /** Customers whose subscription ended in a range, both bounds included. */
  churn(input: Range): Promise<{ readonly customers: number }>;
  /** Subscriptions week by week, or in other buckets: new, carried, ended, on trial, on grace, and both churn rates. */
  histogram(input?: Series): Promise<readonly HistogramBucket[]>;
  /** Monthly recurring revenue at the end of each bucket, per currency, and what moved it. */
  mrr(input?: RecurringRevenue): Promise<readonly RevenueSeries[]>;
  /** What came into wallets and went out of them, per unit and month, by kind and source. */
  walletFlows(input?: Months): Promise<readonly WalletFlows[]>;
  /** What customers bought and were given and have not used, as of now, with what ended unused in these months, per unit. */
  liability(input?: Months): Promise<readonly Liability[]>;
  /** Referral rewards per unit and month: paid, taken back, still outstanding; and who earned most as a sponsor. */
  rewards(input?: SumRewards): Promise<readonly RewardSeries[]>;
};
