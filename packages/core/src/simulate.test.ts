/** A catalogue over fake months, told as one timeline. */
import { expect, test } from 'vitest';
import { defineCatalog } from './catalog/index.ts';
import { simulate } from './testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { calls: { kind: 'metered' } },
  plans: {
    small: { period: 'P1M', trial: 'P7D', price: { EUR: 900 }, features: { calls: { quota: 10 } } },
    large: { period: 'P1M', price: { EUR: 2_900 }, features: { calls: { quota: 100 } } },
  },
});

test('tells what was done, refused and announced, in the order of time', async () => {
  const { timeline, states } = await simulate(catalog, {
    lasts: 'P3M',
    steps: [
      { customer: 'ann', do: 'subscribe', with: { plan: 'small' } },
      { customer: 'ann', do: 'consume', with: { feature: 'calls', amount: 8 }, every: 'P14D' },
      { customer: 'ann', do: 'change', with: { plan: 'large', at: 'period_end' }, after: 'P20D' },
      { customer: 'ann', do: 'cancel', after: 'P40D' },
    ],
  });

  const told = timeline.flatMap((moment) => {
    const day = moment.at.toISOString().slice(5, 10);
    if ('step' in moment) return [`${day} ${moment.step}: ${moment.outcome}`];
    return /^(subscription|quota)\./.test(moment.event) ? [`${day} ${moment.event}`] : [];
  });
  expect(told).toEqual([
    ...['01-01 subscription.created', '01-01 subscribe: done', '01-01 consume: done'],
    ...['01-05 subscription.trial_will_end', '01-08 subscription.trial_ended'],
    ...['01-15 quota.exceeded', '01-15 consume: quota_exceeded'],
    ...['01-21 subscription.change_scheduled', '01-21 subscription.updated', '01-21 change: done'],
    ...['01-29 quota.exceeded', '01-29 consume: quota_exceeded'],
    ...[
      '02-01 subscription.plan_changed',
      '02-01 subscription.updated',
      '02-01 subscription.renewed',
    ],
    ...['02-10 subscription.canceled', '02-10 subscription.updated', '02-10 cancel: done'],
    ...['02-12 consume: done', '02-26 consume: done', '03-01 subscription.ended'],
    ...['03-12 consume: no_subscription', '03-26 consume: no_subscription'],
  ]);
  expect(timeline.map(({ at }) => at.getTime())).toEqual(
    timeline.map(({ at }) => at.getTime()).toSorted((a, b) => a - b),
  );
  expect(states.ann?.subscriptions).toMatchObject([{ plan: 'large', status: 'ended' }]);
});

test('refuses steps that cannot be read', async () => {
  const bad = { lasts: 'P1M', steps: [{ customer: 'ann', do: 'dance' }] } as never;
  await expect(simulate(catalog, bad)).rejects.toMatchObject({ code: 'validation' });
  const often = {
    ...{ lasts: 'P1Y' as const },
    steps: [{ customer: 'ann', do: 'cancel' as const, every: 'PT1S' as const }],
  };
  await expect(simulate(catalog, often)).rejects.toMatchObject({ code: 'validation' });
});

test('three years of a hundred customers are told period by period', async () => {
  const customers = Array.from({ length: 100 }, (_, index) => `c${index}`);
  const { timeline, states } = await simulate(catalog, {
    ...{ from: '2026-01-31T10:00:00Z', lasts: 'P3Y' },
    steps: customers.flatMap((customer) => [
      { customer, do: 'subscribe' as const, with: { plan: 'large' as const } },
      { customer, do: 'consume' as const, with: { feature: 'calls' as const, amount: 100 } },
    ]),
  });

  const renewed = timeline.filter(
    (moment) => 'event' in moment && moment.event === 'subscription.renewed',
  );
  expect(renewed).toHaveLength(100 * 36);
  expect(Object.values(states).flatMap(({ entitlements }) => entitlements)).toHaveLength(100);
  expect(states.c99?.entitlements[0]).toMatchObject({ feature: 'calls', available: 100 });
}, 120_000);
