/**
 * Every feature at once: the same decisions that check gives one by one.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer } from '../../customers/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { checkFeature, consume, listEntitlements } from '../index.ts';

const ann = { customer: 'ann' };
let tenants = 0;

describeMigrated('listing entitlements', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = () =>
    openBooks(home.database, `list${++tenants}`).at(new Date('2026-01-10T00:00:00Z'));

  test('a stranger sees every feature of the catalogue, and stays a stranger', async () => {
    const scope = await fresh();

    const decisions = await listEntitlements(scope, ann);

    expect(decisions.map(({ feature, reason }) => [feature, reason])).toEqual([
      ['ai-tokens', 'feature_not_in_plan'],
      ['api-calls', null],
      ['exports', 'feature_not_in_plan'],
      ['reports', 'feature_not_in_plan'],
      ['seats', 'feature_not_in_plan'],
      ['track-time', 'feature_not_in_plan'],
      ['upload-mb', 'feature_not_in_plan'],
    ]);
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });

  test('each decision is the one that check gives, with its sources', async () => {
    const scope = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    await consume(scope, { ...ann, feature: 'api-calls', amount: 400 });

    for (const decision of await listEntitlements(scope, ann)) {
      const feature = decision.feature ?? '';
      expect(decision).toEqual(
        await checkFeature(scope, { ...ann, feature, amount: 0, sources: true }),
      );
    }
  });

  test('a code that only a subscription knows is listed too', async () => {
    const scope = await fresh();
    await createSubscription(scope, {
      ...ann,
      features: [{ code: 'early-access', kind: 'boolean' }],
    });

    const decisions = await listEntitlements(scope, ann);

    expect(decisions.find(({ feature }) => feature === 'early-access')?.allowed).toBe(true);
  });
});
