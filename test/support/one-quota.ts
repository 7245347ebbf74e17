/** A plan with one quota of ann's, changed as a command would: the ledger settles before and after. */
import { lockCustomer } from '../../packages/core/src/customers/index.ts';
import type { Scope } from '../../packages/core/src/kernel/index.ts';
import {
  type PlanOf,
  type QuotaWindow,
  settleBalances,
} from '../../packages/core/src/ledger/index.ts';

/** The unit that the quota feeds. */
export const fed = { customer: 'ann', unit: 'exports' } as const;

type Changeable = Pick<QuotaWindow, 'quota' | 'suspended' | 'soft' | 'overageMax'>;

export type OneQuota = {
  readonly planOf: PlanOf;
  change(scope: Scope, to: Partial<Changeable>): Promise<void>;
};

/** A hard quota of 10 for January 2026, unless said. */
export function oneQuota(first: Partial<Changeable> = {}): OneQuota {
  const endsAt = new Date('2026-02-01T00:00:00Z');
  let window: QuotaWindow = {
    ...{ reference: 'sub_1/exports/1', startsAt: new Date('2026-01-01T00:00:00Z'), endsAt },
    ...{ quota: 10, suspended: false, priority: 0, soft: false, overageMax: null, usedBefore: 0 },
    rollover: null,
    ...first,
  };
  return {
    planOf: async (_scope, { unit, now }) => ({
      windows: unit === fed.unit && now < endsAt ? [window] : [],
      ...{
        subWindow: null,
        ceiling: null,
        thresholds: [],
        nextChangeAt: now < endsAt ? endsAt : null,
      },
    }),
    change: (scope, to) =>
      scope.transaction(async (inner) => {
        const customer = await lockCustomer(inner, { customer: fed.customer, mode: 'update' });
        await settleBalances(inner, { customer, units: [fed.unit] });
        window = { ...window, ...to };
        await settleBalances(inner, { customer, units: [fed.unit] });
      }),
  };
}
