/** What moved in wallets and was earned by referrals, over HTTP, for operators. */
import { z } from 'zod';
import { defineRoute, instantShape, moneyShape, type Route, wholeQuery } from '../http/index.ts';

const month = z.object({ key: z.string(), startsAt: instantShape, endsAt: instantShape });
const count = z.int().nonnegative();
const months = z.object({
  unit: z.string().min(1).max(64).optional(),
  months: wholeQuery.optional(),
  timeZone: z.string().min(1).max(64).optional(),
});

export const walletInsightRoutes: readonly Route[] = [
  defineRoute({
    operation: 'sumRewards',
    summary:
      'Referral rewards per unit and calendar month: paid, taken back, still outstanding; and who earned most as a sponsor.',
    method: 'GET',
    path: '/admin/insights/rewards',
    access: 'admin',
    query: months.extend({ sponsors: wholeQuery.optional() }),
    answers: z.object({
      items: z.array(
        z.object({
          unit: z.string(),
          months: z.array(
            month.extend({
              ...{ count, paid: moneyShape, reversed: moneyShape, collected: moneyShape },
              ...{ writtenOff: moneyShape, outstanding: moneyShape },
            }),
          ),
          outstanding: moneyShape,
          sponsors: z.array(z.object({ customer: z.string(), earned: moneyShape, count })),
        }),
      ),
      next: z.null(),
    }),
    refuses: ['unit_unknown'],
    handle: async ({ kit }, { query }) => ({
      items: await kit.insights.rewards(query),
      next: null,
    }),
  }),
];
