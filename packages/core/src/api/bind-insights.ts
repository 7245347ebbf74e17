/** The verbs of insights, bound to a context. They only read. */
import {
  countChurned,
  countCustomers,
  histogram,
  type Range,
  recurringRevenue,
  sumLiability,
  sumRewards,
  walletFlows,
} from '../insights/index.ts';
import type { Binding } from './binding.ts';
import type { InsightVerbs } from './insight-verbs.ts';

/** Figures of the context's tenant. */
export function bindInsights({ read }: Binding): InsightVerbs {
  return {
    customers: (input = {}) => read((scope) => countCustomers(scope, input as Range)),
    churn: (input) => read((scope) => countChurned(scope, input)),
    histogram: (input) => read((scope) => histogram(scope, input)),
    mrr: (input) => read((scope) => recurringRevenue(scope, input)),
    walletFlows: (input) => read((scope) => walletFlows(scope, input)),
    liability: (input) => read((scope) => sumLiability(scope, input)),
    rewards: (input) => read((scope) => sumRewards(scope, input)),
  };
}
