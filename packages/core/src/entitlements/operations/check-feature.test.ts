/**
 * The decision: every kind of feature, every reason, and what is never written.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer } from '../../customers/index.ts';
import { credit, freezeCustomer, spend } from '../../ledger/index.ts';
import { cancelSubscription, createSubscription } from '../../subscriptions/index.ts';
import {
  checkBalance,
  checkFeature,
  checkSubscribed,
  consume,
  deniedError,
  giveBackUse,
  setGauge,
  tryConsume,
} from '../index.ts';

const now = '2026-01-10T00:00:00Z';
const ann = { customer: 'ann' };
let tenants = 0;

describeMigrated('checking', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async (moment = now) => {
    const books = openBooks(home.database, `check${++tenants}`);
    return { books, scope: await books.at(moment) };
  };

  test('the default plan counts for a feature, not for having a subscription', async () => {
    const { scope } = await fresh();

    expect(await checkFeature(scope, { ...ann, feature: 'api-calls' })).toMatchObject({
      allowed: true,
      available: 100,
    });
    expect(await checkSubscribed(scope, ann)).toMatchObject({
      allowed: false,
      reason: 'no_subscription',
    });
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });

  test('a subscription makes its features usable, and its end takes them away', async () => {
    const { scope } = await fresh();
    const before = await checkFeature(scope, { ...ann, feature: 'track-time' });
    await createSubscription(scope, { ...ann, plan: 'pro' });
    const during = await checkFeature(scope, { ...ann, feature: 'track-time' });
    await cancelSubscription(scope, { ...ann, at: 'now' });
    const after = await checkFeature(scope, { ...ann, feature: 'track-time' });

    expect([before.reason, during.reason, after.reason]).toEqual([
      'feature_not_in_plan',
      null,
      'feature_not_in_plan',
    ]);
  });

  test('an unknown feature is denied, and a kind that cannot be consumed is told apart', async () => {
    const { scope } = await fresh();

    expect(await checkFeature(scope, { ...ann, feature: 'nope' })).toMatchObject({
      reason: 'feature_unknown',
    });
    expect(await tryConsume(scope, { ...ann, feature: 'nope' })).toMatchObject({
      reason: 'feature_unknown',
    });
    expect(await tryConsume(scope, { ...ann, feature: 'track-time' })).toMatchObject({
      reason: 'wrong_kind',
    });
    await expect(consume(scope, { ...ann, feature: 'upload-mb' })).rejects.toMatchObject({
      code: 'wrong_kind',
    });
    await expect(giveBackUse(scope, { ...ann, feature: 'track-time' })).rejects.toMatchObject({
      code: 'wrong_kind',
    });
    await expect(
      setGauge(scope, { ...ann, feature: 'api-calls', amount: 1 }),
    ).rejects.toMatchObject({ code: 'wrong_kind' });
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });

  test('a config feature gives its value, and says when another is required', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });

    const given = await checkFeature(scope, { ...ann, feature: 'upload-mb' });
    const met = await checkFeature(scope, { ...ann, feature: 'upload-mb', value: 50 });
    const missed = await checkFeature(scope, { ...ann, feature: 'upload-mb', value: 51 });

    expect(given).toMatchObject({ allowed: true, value: 50 });
    expect(met.allowed).toBe(true);
    expect(missed).toMatchObject({ allowed: false, reason: 'value_mismatch', value: 50 });
    expect(deniedError(missed as never)).toMatchObject({ code: 'value_mismatch', status: 403 });
  });

  test('a metered feature with nothing left is denied even for a peek', async () => {
    const { scope } = await fresh();
    await spend(scope, { ...ann, unit: 'api-calls', amount: 100, source: 'test', request: null });

    expect(await checkFeature(scope, { ...ann, feature: 'api-calls', amount: 0 })).toMatchObject({
      allowed: false,
      reason: 'quota_exceeded',
      requested: 0,
      used: 100,
      resetsAt: new Date('2026-02-10T00:00:00Z'),
    });
  });

  test('credits carry a feature that no plan does, and what they cannot pay is insufficient', async () => {
    const { scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 9, source: 'test' });

    expect(await checkFeature(scope, { ...ann, feature: 'ai-tokens', amount: 4 })).toMatchObject({
      allowed: true,
    });
    expect(await tryConsume(scope, { ...ann, feature: 'ai-tokens', amount: 5 })).toMatchObject({
      reason: 'insufficient_balance',
    });
    expect(await consume(scope, { ...ann, feature: 'ai-tokens', amount: 4 })).toMatchObject({
      allowed: true,
    });
    expect(await tryConsume(scope, { ...ann, feature: 'ai-tokens' })).toMatchObject({
      reason: 'insufficient_balance',
    });
  });

  test('sources name every giver, when asked', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    await credit(scope, { ...ann, unit: 'api-calls', amount: 5, source: 'test' });

    const asked = await checkFeature(scope, { ...ann, feature: 'api-calls', sources: true });
    const plain = await checkFeature(scope, { ...ann, feature: 'api-calls' });

    expect(asked.sources?.map((source) => [source.kind, source.granted, source.available])).toEqual(
      [
        ['plan', 1000, 1000],
        ['top_up', 5, 5],
      ],
    );
    expect(plain).not.toHaveProperty('sources');
  });

  test('a balance that is exactly enough passes', async () => {
    const { scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 100, source: 'test' });

    expect((await checkBalance(scope, { ...ann, unit: 'points', amount: 100 })).allowed).toBe(true);
    expect(await checkBalance(scope, { ...ann, unit: 'points', amount: 101 })).toMatchObject({
      reason: 'insufficient_balance',
    });
    await expect(checkBalance(scope, { ...ann, unit: 'nope', amount: 1 })).rejects.toMatchObject({
      code: 'unit_unknown',
    });
  });

  test('a frozen customer spends nothing in any process until it is let go', async () => {
    const { books, scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 10, source: 'test' });
    await consume(scope, { ...ann, feature: 'api-calls' });

    await freezeCustomer(scope, { ...ann, frozen: true });
    const elsewhere = await books.at(now);
    const refused = await tryConsume(elsewhere, { ...ann, feature: 'api-calls' });
    await credit(elsewhere, { ...ann, unit: 'points', amount: 1, source: 'test' });
    await freezeCustomer(scope, { ...ann, frozen: false });
    const allowed = await tryConsume(elsewhere, { ...ann, feature: 'api-calls' });

    expect(refused).toMatchObject({ allowed: false, reason: 'customer_frozen' });
    expect(deniedError(refused as never)).toMatchObject({ code: 'customer_frozen', status: 403 });
    expect(allowed).toMatchObject({ allowed: true, used: 2 });
  });

  test('an unlimited quota has no number to run out of', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });

    const spent = await consume(scope, { ...ann, feature: 'reports', amount: 1_000 });

    expect(spent).toMatchObject({ granted: null, available: null, used: 1_000, limit: 'none' });
  });

  test('beyond a soft quota use counts as overage', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });

    const spent = await consume(scope, { ...ann, feature: 'exports', amount: 7 });

    expect(spent).toMatchObject({ granted: 5, used: 7, overage: 2, available: 0, limit: 'soft' });
  });
});
