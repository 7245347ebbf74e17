/** The plans on sale, as anyone may see them. */
import { expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess } from '#test/subscriptions.ts';
import { listPlans } from './list-plans.ts';

describeMigrated('the plans on sale', (make) => {
  test('are all of the catalogue, prices with their scale, also where nobody has been', async () => {
    const { database } = await make();
    const scope = await openProcess(database, 'plans').at('2026-01-01T00:00:00Z');

    const plans = await listPlans(scope);

    expect(plans.map((plan) => plan.key)).toContain('endless');
    expect(plans.find((plan) => plan.key === 'pro')).toMatchObject({
      period: 'P1M',
      trial: 'P14D',
      price: [{ amount: 2900, unit: 'EUR', scale: 2, formatted: '29.00' }],
      selfService: false,
      family: 'main',
      features: expect.arrayContaining([
        { feature: 'upload-mb', kind: 'config', quota: null, value: 50 },
      ]),
    });
    expect((await listPlans(scope, { selfService: true })).map((plan) => plan.key)).toEqual([
      'free',
    ]);
  });
});
