/**
 * A subscription's life at random: whatever is bought, used, changed, paused, reset and taken back, the books stay right, a
 * quota never gives more than it is, reading before and after booking is the same, and each thing is told once.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess } from '#test/subscriptions.ts';
import { defineCatalog } from '../catalog/index.ts';
import { findCustomer } from '../customers/index.ts';
import { type Database, isBursarError, type Scope } from '../kernel/index.ts';
import { readBalance, settleBalances, spend, verify } from '../ledger/index.ts';
import {
  announceDue,
  cancelSubscription,
  changePlan,
  createSubscription,
  dueSubscriptions,
  pauseSubscription,
  resetUsage,
  resumeSubscription,
  setQuota,
  unpauseSubscription,
} from './index.ts';

const { spec: catalog } = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { calls: { kind: 'metered' }, weekly: { kind: 'metered' } },
  plans: {
    small: { period: 'P1M', price: { EUR: 100 }, features: { calls: { quota: 40 } } },
    large: {
      period: 'P1M',
      price: { EUR: 300 },
      features: { calls: { quota: 90, rollover: { max: 30 } }, weekly: { quota: 7, reset: 'P7D' } },
    },
    yearly: { period: 'P1Y', price: { EUR: 900 }, features: { calls: { quota: 200 } } },
    tried: {
      period: 'P1M',
      trial: 'P9D',
      features: { calls: { quota: 20 }, weekly: { quota: 3, reset: 'never' } },
    },
  },
});

const plans = fc.constantFrom('small', 'large', 'yearly', 'tried');
const ann = { customer: 'ann' } as const;

const steps = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      hours: fc.integer({ min: 1, max: 900 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('spend' as const),
      unit: fc.constantFrom('calls', 'weekly'),
      amount: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      plan: plans,
      at: fc.constantFrom('now' as const, 'period_end' as const, 'auto' as const),
      proration: fc.constantFrom('prorate' as const, 'full' as const),
      usage: fc.constantFrom('keep' as const, 'reset' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      at: fc.constantFrom('now' as const, 'boundary' as const),
      days: fc.option(fc.integer({ min: 1, max: 50 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unpause' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      at: fc.constantFrom('boundary' as const, 'now' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('subscribe' as const), plan: plans }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setQuota' as const),
      quota: fc.integer({ min: 0, max: 100 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Refusals are part of life. */
const refusals = ['invalid_state', 'not_found', 'already_subscribed', 'validation'];

describeMigrated('a life at random', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });

  async function act(scope: Scope, step: Step): Promise<unknown> {
    switch (step.do) {
      case 'subscribe':
        return createSubscription(scope, { ...ann, plan: step.plan });
      case 'change':
        return changePlan(scope, {
          ...ann,
          plan: step.plan,
          at: step.at,
          proration: step.proration,
          usage: step.usage,
          currency: 'EUR',
        });
      case 'pause': {
        const until =
          step.days === null
            ? undefined
            : new Date(scope.now.getTime() + (40 + step.days) * 86_400_000);
        return pauseSubscription(scope, { ...ann, at: step.at, until });
      }
      case 'unpause':
        return unpauseSubscription(scope, { ...ann });
      case 'cancel':
        return cancelSubscription(scope, { ...ann, at: step.at });
      case 'resume':
        return resumeSubscription(scope, { ...ann });
      case 'setQuota':
        return setQuota(scope, { ...ann, feature: 'calls', quota: step.quota });
      case 'reset':
        return resetUsage(scope, { ...ann, feature: 'calls' });
      case 'spend':
        return spend(scope, {
          ...ann,
          unit: step.unit,
          amount: step.amount,
          source: 'test',
          request: null,
        });
      case 'sweep':
        return sweep(scope);
      default:
        return null;
    }
  }

  async function sweep(scope: Scope): Promise<void> {
    const due = await dueSubscriptions(scope, { until: scope.now, limit: 1000 });
    for (const { id } of due.filter(({ tenant }) => tenant === scope.tenant.key)) {
      for (let at = new Date(0), times = 0; at <= scope.now; times += 1) {
        ({ next: at } = await announceDue(scope, { id, at: scope.now }));
        expect(times).toBeLessThan(200);
      }
    }
  }

  /** What reads project is what booking it makes, and no quota gives more than it is. */
  async function check(scope: Scope): Promise<void> {
    const customer = await findCustomer(scope, 'ann');
    if (!customer) return;
    for (const unit of ['calls', 'weekly']) {
      const before = await readBalance(scope, { ...ann, unit });
      for (const { window, left, used } of before.windows) {
        expect(used).toBeGreaterThanOrEqual(0);
        expect(left).toBe(window.suspended ? 0 : Math.max(0, (window.quota ?? 0) - used));
      }
      await scope.transaction(async (inner) => settleBalances(inner, { customer, units: [unit] }));
      const after = await readBalance(scope, { ...ann, unit });
      const figures = ({ settled, available, windows }: typeof before) => ({
        ...{ settled, available },
        windows: windows.map(({ window, used, left }) => [
          window.reference,
          window.endsAt,
          used,
          left,
        ]),
      });
      expect(figures(after)).toEqual(figures(before));
    }
  }

  test('keeps the books right and tells each thing once', async () => {
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.array(steps, { minLength: 6, maxLength: 22 }),
        async (plan, story) => {
          tenants += 1;
          const process = openProcess(database, `life-${tenants}`, { catalog });
          let now = new Date('2026-01-31T10:00:00Z');
          await createSubscription(await process.at(now), { ...ann, plan });
          for (const step of story) {
            if (step.do === 'wait') now = new Date(now.getTime() + step.hours * 3_600_000);
            const scope = await process.at(now);
            await act(scope, step).catch((error: unknown) => {
              if (!isBursarError(error) || !refusals.includes(error.code)) throw error;
            });
            await check(await process.at(now));
          }
          const end = await process.at(new Date(now.getTime() + 90 * 86_400_000));
          await sweep(end);
          await check(end);

          expect((await verify(end)).broken).toEqual([]);
          const once = process.heard
            .filter(({ type }) => /\.(renewed|trial_ended|trial_will_end|ended)$/.test(type))
            .map(
              ({ type, subject, data }) =>
                `${type} ${subject.id} ${'period' in data ? data.period : ''}`,
            );
          expect(new Set(once).size).toBe(once.length);
        },
      ),
      { numRuns: Number(globalThis.process.env.BURSAR_LIVES ?? 25) },
    );
  }, 600_000);
});
