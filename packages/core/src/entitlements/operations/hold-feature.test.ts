/**
 * Reserving uses: set aside until the true cost is known.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { credit, readBalance, verify } from '../../ledger/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { captureUse, checkFeature, consume, holdFeature, tryHoldFeature } from '../index.ts';

const now = '2026-01-10T00:00:00Z';
const expiresAt = new Date('2026-01-10T00:05:00Z');
const ann = { customer: 'ann' };
const tokens = { ...ann, feature: 'ai-tokens' };
let tenants = 0;

describeMigrated('holding a feature', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `holdfeature${++tenants}`);
    const scope = await books.at(now);
    await createSubscription(scope, { ...ann, plan: 'pro' });
    return { books, scope };
  };

  test('what is held is not available, and counts as used once captured', async () => {
    const { scope } = await fresh();

    const { hold } = await holdFeature(scope, {
      ...{ ...tokens, amount: 6 },
      hold: { id: 'hld_1', expiresAt },
    });
    const during = await checkFeature(scope, tokens);
    await captureUse(scope, { ...ann, hold, amount: 2 });

    expect(during).toMatchObject({ held: 6, used: 0, available: 4 });
    expect(await checkFeature(scope, tokens)).toMatchObject({ held: 0, used: 2, available: 8 });
  });

  test('work that cost more takes what there is of the rest and says what is missing', async () => {
    const { scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 5, source: 'test' });
    const hold = { id: 'hld_1', expiresAt };
    await holdFeature(scope, { ...tokens, amount: 8, hold });

    const captured = await captureUse(scope, { ...ann, hold: hold.id, amount: 15 });

    expect(captured).toEqual({ captured: 12, shortfall: 3 });
    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({ available: 1 });
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('a hold lies on quota and credits, and an amount of 0 lets both go', async () => {
    const { scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 20, source: 'test' });
    const hold = { id: 'hld_1', expiresAt };
    await holdFeature(scope, { ...tokens, amount: 14, hold });
    const during = await readBalance(scope, { ...ann, unit: 'points' });

    const captured = await captureUse(scope, { ...ann, hold: hold.id, amount: 0 });

    expect(during).toMatchObject({ held: 8, available: 12 });
    expect(captured).toEqual({ captured: 0, shortfall: 0 });
    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({
      ...{ held: 0, available: 20 },
    });
    await expect(captureUse(scope, { ...ann, hold: hold.id, amount: 1 })).rejects.toMatchObject({
      code: 'hold_closed',
    });
  });

  test('the same key answers with the first hold', async () => {
    const { scope } = await fresh();
    const ask = { ...tokens, amount: 6, idempotencyKey: 'once' };
    await holdFeature(scope, { ...ask, hold: { id: 'hld_1', expiresAt } });

    const again = await holdFeature(scope, { ...ask, hold: { id: 'hld_2', expiresAt } });

    expect(again).toMatchObject({ hold: 'hld_1', replayed: true });
    expect(await checkFeature(scope, tokens)).toMatchObject({ held: 6 });
  });

  test('a hold that is out of reach reserves nothing and is told', async () => {
    const { books, scope } = await fresh();
    const ask = { ...ann, feature: 'api-calls', amount: 1001 };
    const refused = holdFeature(scope, { ...ask, hold: { id: 'hld_1', expiresAt } });

    await expect(refused).rejects.toMatchObject({ code: 'quota_exceeded' });
    expect(books.news.filter(({ type }) => type === 'quota.exceeded')).toHaveLength(1);
    expect(books.news.filter(({ type }) => type === 'hold.created')).toEqual([]);
    expect(await checkFeature(scope, { ...ann, feature: 'api-calls' })).toMatchObject({
      ...{ held: 0, available: 1000 },
    });
  });

  test('what is over by the time of the capture is over', async () => {
    const { books, scope } = await fresh();
    await holdFeature(scope, { ...tokens, amount: 6, hold: { id: 'hld_1', expiresAt } });
    const later = await books.at('2026-01-10T00:06:00Z');

    await expect(captureUse(later, { ...ann, hold: 'hld_1', amount: 1 })).rejects.toMatchObject({
      code: 'hold_expired',
    });
    expect(await checkFeature(later, tokens)).toMatchObject({ held: 0, available: 10 });
  });

  test('what is held of a period that is over is no use of the next, nor hides any', async () => {
    const { books, scope } = await fresh();
    const late = new Date('2026-02-20T00:00:00Z');
    const { hold } = await holdFeature(scope, {
      ...{ ...tokens, amount: 6 },
      hold: { id: 'hld_1', expiresAt: late },
    });

    const next = await books.at('2026-02-12T00:00:00Z');
    await consume(next, { ...tokens, amount: 3 });
    const during = await checkFeature(next, tokens);
    await captureUse(next, { ...ann, hold, amount: 6 });

    expect(during).toMatchObject({ granted: 10, used: 3, held: 6, available: 7 });
    expect(await checkFeature(next, tokens)).toMatchObject({ used: 3, held: 0, available: 7 });
    expect((await verify(next)).broken).toEqual([]);
  });

  test('only a metered feature can be held', async () => {
    const { scope } = await fresh();
    const hold = { id: 'hld_1', expiresAt };

    const refusals = await Promise.all(
      ['track-time', 'seats', 'nope'].map((feature) =>
        tryHoldFeature(scope, { ...ann, feature, hold }),
      ),
    );

    expect(refusals.map(({ reason }) => reason)).toEqual([
      ...['wrong_kind', 'wrong_kind', 'feature_unknown'],
    ]);
  });
});
