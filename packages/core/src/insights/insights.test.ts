/** Figures about the business, each by hand from a few subscriptions; and that revenue's movements explain it, whatever happened. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { defineCatalog } from '../catalog/index.ts';
import type { Database } from '../kernel/index.ts';
import {
  cancelSubscription,
  changePlan,
  createSubscription,
  deleteSubscription,
  pauseSubscription,
} from '../subscriptions/index.ts';
import {
  countChurned,
  countCustomers,
  histogram,
  type RevenueBucket,
  recurringRevenue,
} from './index.ts';

const { spec: catalog } = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 } },
  features: { sso: { kind: 'boolean' } },
  plans: {
    monthly: { family: null, period: 'P1M', price: { EUR: 1_000 }, features: { sso: true } },
    yearly: { family: null, period: 'P1Y', price: { EUR: 6_000 }, features: { sso: true } },
    weekly: { family: null, period: 'P7D', price: { EUR: 100, USD: 120 }, features: { sso: true } },
    trial: {
      family: null,
      period: 'P1M',
      trial: 'P14D',
      price: { EUR: 500 },
      features: { sso: true },
    },
    free: { family: null, period: 'P1M', features: { sso: true } },
    forever: { family: null, period: 'infinite', price: { EUR: 99_000 }, features: { sso: true } },
  },
});
const day = (text: string) => `${text}T00:00:00.000Z`;

describeMigrated('insights', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });
  const fresh = (): Process => {
    tenants += 1;
    return openProcess(database, `insights-${tenants}`, { catalog });
  };

  describe('customers and churn', () => {
    test('count each customer once, with both bounds of the range', async () => {
      const process = fresh();
      const scope = await process.at(day('2026-06-01'));
      const add = (customer: string, startsAt: string, endsAt?: string) =>
        createSubscription(scope, { customer, plan: 'free', startsAt, ...(endsAt && { endsAt }) });
      await add('ann', day('2026-01-01'), day('2026-02-01'));
      await add('ann', day('2026-03-01'));
      await add('ben', day('2026-02-10'), day('2026-06-01'));
      await add('cas', day('2026-07-01'));
      const gone = await add('dan', day('2026-01-01'), day('2026-02-05'));
      await deleteSubscription(scope, { customer: 'dan', subscription: gone.id });
      const never = await add('eve', day('2026-02-20'), day('2026-01-20'));
      const customers = async (from: string, until: string) =>
        (await countCustomers(scope, { from: day(from), until: day(until) })).customers;
      const churned = async (from: string, until: string) =>
        (await countChurned(scope, { from: day(from), until: day(until) })).customers;

      expect(await customers('2026-02-01', '2026-02-10')).toBe(2);
      expect(await customers('2026-02-02', '2026-02-09')).toBe(0);
      expect(await countCustomers(scope)).toEqual({ customers: 1 });
      expect(await churned('2026-02-01', '2026-02-01')).toBe(1);
      expect(await churned('2026-01-01', '2026-12-31')).toBe(3);
      expect(never.status).toBe('ended');
      await expect(countChurned(scope, { from: day('2026-02-01') } as never)).rejects.toMatchObject(
        {
          ...{ code: 'validation' },
        },
      );
      await expect(
        countChurned(scope, { from: day('2026-03-01'), until: day('2026-02-01') }),
      ).rejects.toMatchObject({ code: 'validation' });
    });
  });

  test('a histogram counts by the rules of each column, and its rates are none where nobody was', async () => {
    const process = fresh();
    const scope = await process.at(day('2026-05-01'));
    const add = (plan: string, startsAt: string, endsAt?: string) =>
      createSubscription(scope, { customer: 'ann', plan, startsAt, ...(endsAt && { endsAt }) });
    await add('free', day('2025-11-01'), day('2026-02-10'));
    await add('free', day('2025-11-01'), day('2026-01-01'));
    await add('trial', day('2025-12-25'));
    await add('trial', day('2026-01-20'), day('2026-01-25'));
    await add('free', day('2026-02-01'), day('2026-03-01'));
    await add('free', day('2026-03-15'));

    const asked = { from: day('2026-01-01'), until: day('2026-04-01'), bucket: 'month' as const };
    const buckets = await histogram(scope, asked);

    expect(
      buckets.map((one) => [
        one.key,
        one.carried,
        one.new,
        one.count,
        one.ended,
        one.trial,
        one.grace,
      ]),
    ).toEqual([
      ['2026-01', 2, 1, 3, 1, 2, 2],
      ['2026-02', 2, 1, 3, 1, 0, 2],
      ['2026-03', 2, 1, 3, 1, 0, 1],
    ]);
    expect(buckets.map(({ churnRate }) => churnRate)).toEqual([1 / 2, 1 / 2, 1 / 2]);
    expect(buckets.map(({ churnRateWithNew }) => churnRateWithNew)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect((await histogram(scope, { ...asked, until: day('2026-01-01') }))[0]).toMatchObject({
      key: '2026-01',
    });
    const empty = await histogram(await fresh().at(day('2026-05-01')), asked);
    expect(empty[0]).toMatchObject({ count: 0, churnRate: null, churnRateWithNew: null });
    expect((await histogram(scope)).map(({ key }) => key)).toEqual([
      '202614',
      '202615',
      '202616',
      '202617',
      '202618',
    ]);
    await expect(histogram(scope, { bucket: 'decade' as never })).rejects.toMatchObject({
      code: 'validation',
    });
  });

  const shown = ({ mrr, ...one }: RevenueBucket) => [
    ...[mrr.amount, one.committed.amount, one.new.amount, one.expansion.amount],
    ...[one.contraction.amount, one.churned.amount, one.reactivated.amount],
  ];

  test('revenue is per month and currency, and what moved it adds up', async () => {
    const process = fresh();
    const at = (text: string) => process.at(day(text));
    const months = { from: day('2026-01-01'), until: day('2026-06-01'), bucket: 'month' as const };
    const ann = await createSubscription(await at('2026-01-05'), {
      customer: 'ann',
      plan: 'monthly',
    });
    await createSubscription(await at('2026-01-05'), { customer: 'ben', plan: 'weekly' });
    await createSubscription(await at('2026-01-05'), {
      customer: 'eve',
      plan: 'weekly',
      currency: 'USD',
    });
    await createSubscription(await at('2026-01-20'), { customer: 'cas', plan: 'trial' });
    await createSubscription(await at('2026-01-20'), { customer: 'dan', plan: 'forever' });
    await changePlan(await at('2026-02-10'), {
      customer: 'ann',
      subscription: ann.id,
      plan: 'yearly',
    });
    await cancelSubscription(await at('2026-03-02'), { customer: 'cas', at: day('2026-04-01') });
    await createSubscription(await at('2026-05-02'), { customer: 'cas', plan: 'monthly' });

    const scope = await at('2026-07-01');
    const [euros, dollars] = await recurringRevenue(scope, months);

    // 100 a week are 434.82 a month of 30.4375 days; 6,000 a year are 500 a month.
    expect(euros?.buckets.map(shown)).toEqual([
      [1_435, 1_435, 1_435, 0, 0, 0, 0],
      [1_435, 1_435, 500, 0, -500, 0, 0],
      [1_435, 935, 0, 0, 0, 0, 0],
      [935, 935, 0, 0, 0, -500, 0],
      [1_935, 1_935, 0, 0, 0, 0, 1_000],
    ]);
    expect(dollars?.currency).toBe('USD');
    expect(dollars?.buckets[0]?.mrr).toEqual({
      amount: 522,
      unit: 'USD',
      scale: 2,
      formatted: '5.22',
    });
  });

  test('paused ones count until they end, unless they are left out, and a scheduled change from when it holds', async () => {
    const process = fresh();
    const at = (text: string) => process.at(day(text));
    const months = { from: day('2026-01-01'), until: day('2026-04-01'), bucket: 'month' as const };
    await createSubscription(await at('2026-01-01'), { customer: 'ann', plan: 'monthly' });
    await createSubscription(await at('2026-01-01'), { customer: 'ben', plan: 'monthly' });
    await pauseSubscription(await at('2026-01-10'), { customer: 'ann', until: day('2026-02-15') });
    await changePlan(await at('2026-01-10'), { customer: 'ben', plan: 'yearly', at: 'period_end' });

    const scope = await at('2026-01-11');
    const all = await recurringRevenue(scope, months);
    const without = await recurringRevenue(scope, { ...months, paused: 'exclude' });

    expect(all[0]?.buckets.map(({ mrr }) => mrr.amount)).toEqual([2_000, 1_500, 1_500]);
    expect(without[0]?.buckets.map(({ mrr }) => mrr.amount)).toEqual([1_000, 1_500, 1_500]);
  });

  const stories = fc.array(
    fc.record({
      customer: fc.constantFrom('ann', 'ben', 'cas'),
      plan: fc.constantFrom('monthly', 'yearly', 'weekly', 'trial', 'free'),
      from: fc.integer({ min: 0, max: 200 }),
      lasts: fc.option(fc.integer({ min: 1, max: 150 })),
      next: fc.option(
        fc.record({
          plan: fc.constantFrom('monthly', 'yearly', 'weekly', 'free'),
          after: fc.integer({ min: 1, max: 60 }),
        }),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  );

  test('movements explain every difference, and what is carried is what was left', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const process = fresh();
        const when = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000);
        for (const { customer, plan, from, lasts, next } of story) {
          const scope = await process.at(when(from));
          const { id: subscription } = await createSubscription(scope, { customer, plan });
          if (next && next.plan !== plan)
            await changePlan(await process.at(when(from + next.after)), {
              ...{ customer, subscription, plan: next.plan, currency: 'EUR' },
            });
          if (lasts !== null)
            await cancelSubscription(await process.at(when(from + 61 + lasts)), {
              ...{ customer, subscription, at: 'now' },
            });
        }
        const scope = await process.at(when(500));
        const asked = { from: when(20), until: when(480), bucket: 'month' as const };
        for (const { buckets } of await recurringRevenue(scope, asked)) {
          for (const [index, one] of buckets.entries()) {
            const [mrr = 0, , ...moved] = shown(one);
            const before =
              index === 0
                ? mrr - moved.reduce((sum, part) => sum + part, 0)
                : (buckets[index - 1]?.mrr.amount ?? 0);
            expect(mrr).toBe(before + moved.reduce((sum, part) => sum + part, 0));
            expect(one.committed.amount).toBeLessThanOrEqual(mrr);
            expect(
              moved.filter((_, part) => part === 2 || part === 3).every((part) => part <= 0),
            ).toBe(true);
          }
        }
        const counted = await histogram(scope, asked);
        for (const [index, one] of counted.entries()) {
          expect(one.count).toBe(one.carried + one.new);
          if (index > 0)
            expect(one.carried).toBe(
              (counted[index - 1]?.count ?? 0) - (counted[index - 1]?.ended ?? 0),
            );
        }
      }),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 20) },
    );
  });
});
