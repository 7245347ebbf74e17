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

const flowShape = z.object({ kind: z.string(), source: z.string(), amount: moneyShape });

export const walletInsightRoutes: readonly Route[] = [
  defineRoute({
    operation: 'walletFlows',
    summary:
      'What came into wallets and went out of them per unit and calendar month, by kind and source, by when it happened.',
    method: 'GET',
    path: '/admin/insights/walletFlows',
    access: 'admin',
    query: months,
    answers: z.object({
      items: z.array(
        z.object({
          unit: z.string(),
          months: z.array(
            month.extend({ in: moneyShape, out: moneyShape, flows: z.array(flowShape) }),
          ),
        }),
      ),
      next: z.null(),
    }),
    refuses: ['unit_unknown'],
    handle: async ({ kit }, { query }) => ({
      items: await kit.insights.walletFlows(query),
      next: null,
    }),
  }),
  defineRoute({
    operation: 'sumLiability',
    summary:
      'What customers bought and were given and have not used, what is set aside, and what ended unused in these months, per unit as of now.',
    method: 'GET',
    path: '/admin/insights/liability',
    access: 'admin',
    query: months,
    answers: z.object({
      items: z.array(
        z.object({
          ...{ unit: z.string(), paid: moneyShape, promotional: moneyShape, other: moneyShape },
          ...{ breakage: moneyShape, held: moneyShape },
          withdrawals: moneyShape.extend({ count }),
          ...{ uncovered: moneyShape, settled: moneyShape },
          sources: z.array(
            z.object({
              ...{ source: z.string(), unspent: moneyShape },
              ...{ waiting: moneyShape, expired: moneyShape },
            }),
          ),
        }),
      ),
      next: z.null(),
    }),
    refuses: ['unit_unknown'],
    handle: async ({ kit }, { query }) => ({
      items: await kit.insights.liability(query),
      next: null,
    }),
  }),
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
