/** Caps within a period: 10 a day inside 300 a month, on the real kit with its shared commits. */
import { beforeEach, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { defineCatalog } from '../index.ts';
import { createTestBursar } from '../testing.ts';

const daily = { per: 'P1D', max: 10 } as const;
const catalog = defineCatalog({
  units: { points: {} },
  features: {
    renders: { kind: 'metered' },
    drafts: { kind: 'metered', credits: { unit: 'points', cost: 2 } },
  },
  plans: {
    pro: {
      period: 'P1M',
      features: {
        renders: { quota: 300, window: daily },
        drafts: { quota: 300, window: daily },
      },
    },
    more: {
      ...{ family: null, period: 'P1M' },
      features: { renders: { quota: 100, window: { per: 'P1D', max: 5 } } },
    },
    free: { family: null, period: 'P1M', features: { renders: { quota: 50 } } },
    endless: {
      ...{ family: null, period: 'P1M' },
      features: { renders: { quota: 'unlimited', window: daily } },
    },
  },
});
const renders = { customer: 'ann', feature: 'renders' } as const;
const tomorrow = new Date('2026-01-11T09:00:00Z');
let tenants = 0;

describeDatabases('a cap within the period', (makeUrl) => {
  let bursar: Awaited<ReturnType<typeof make>>;
  let kit: ReturnType<typeof bursar.tenant>;
  const make = async () =>
    createTestBursar({ catalog, database: await makeUrl(), at: '2026-01-10T09:00:00Z' });
  beforeEach(async () => {
    tenants += 1;
    bursar = await make();
    kit = bursar.tenant(`capped${tenants}`);
    return () => bursar.close();
  });

  test('lets its number through, refuses the next until it ends, and then lets as many through again', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    expect(await kit.consume({ ...renders, amount: 4 })).toMatchObject({
      ...{ granted: 300, used: 4, available: 6, resetsAt: tomorrow },
    });
    await kit.consume({ ...renders, amount: 6 });

    const refused = await kit.tryConsume(renders);
    const checked = await kit.check(renders);
    await bursar.advanceTo('2026-01-11T08:59:59Z');
    const early = await kit.tryConsume(renders);
    await bursar.advanceTo(tomorrow);
    const next = await kit.tryConsume(renders);

    for (const answer of [refused, checked, early])
      expect(answer).toMatchObject({
        ...{ allowed: false, reason: 'quota_exceeded', available: 0, used: 10 },
        ...{ resetsAt: tomorrow },
      });
    expect(next).toMatchObject({ allowed: true, used: 11, available: 9 });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('more than it ever lets through is refused whole, and what is left of the month ends it', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    expect(await kit.tryConsume({ ...renders, amount: 11 })).toMatchObject({
      ...{ reason: 'quota_exceeded', used: 0, available: 10 },
    });
    for (let day = 0; day < 29; day += 1) {
      await kit.consume({ ...renders, amount: 10 });
      await bursar.advance('P1D');
    }
    await kit.consume({ ...renders, amount: 8 });

    expect(await kit.tryConsume({ ...renders, amount: 3 })).toMatchObject({
      ...{ reason: 'quota_exceeded', used: 298, available: 2 },
      resetsAt: new Date('2026-02-10T09:00:00Z'),
    });
  });

  test('what comes back the same day makes room; what comes back of an earlier day does not', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    const first = await kit.consume({ ...renders, amount: 6 });
    await kit.consume({ ...renders, amount: 4 });

    await kit.giveBack({ ...renders, of: first.transferId, amount: 2 });
    expect(await kit.check(renders)).toMatchObject({ allowed: true, available: 2, used: 8 });
    await bursar.advance('P1D');
    await kit.consume({ ...renders, amount: 9 });
    await kit.giveBack({ ...renders, of: first.transferId, amount: 4 });

    expect(await kit.check(renders)).toMatchObject({ allowed: true, available: 1, used: 13 });
  });

  test('a hold takes room until it is released or runs out, and a capture takes none beside it', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    const place = (amount: number) =>
      kit.wallet.hold({ customer: 'ann', unit: 'renders', amount, expiresIn: 'PT1H' });
    const kept = await place(3);
    await place(7);
    expect(await kit.check(renders)).toMatchObject({ allowed: false, available: 0, held: 10 });

    await kit.wallet.capture({ hold: kept.id, amount: 2 });
    expect(await kit.check(renders)).toMatchObject({ available: 1 });
    await bursar.advance('PT1H');

    expect(await kit.check(renders)).toMatchObject({ available: 8, used: 2, held: 0 });
  });

  test('where credits may pay they do, once the cap is met', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 7 });
    const drafts = { customer: 'ann', feature: 'drafts' } as const;

    await kit.consume({ ...drafts, amount: 12 });

    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 3,
    });
    expect(await kit.tryConsume({ ...drafts, amount: 2 })).toMatchObject({
      reason: 'insufficient_balance',
    });
  });

  test('caps of several subscriptions add up, one without a cap lifts it, and use so far still counts', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.consume({ ...renders, amount: 10 });

    await kit.subscribe({ customer: 'ann', plan: 'more' });
    expect(await kit.check(renders)).toMatchObject({ allowed: true, available: 5 });
    await kit.consume({ ...renders, amount: 5 });
    const free = await kit.subscribe({ customer: 'ann', plan: 'free' });
    expect(await kit.check(renders)).toMatchObject({ allowed: true, available: 435 });
    await kit.consume({ ...renders, amount: 20 });
    await kit.subscriptions.cancel({ customer: 'ann', subscription: free.id, at: 'now' });

    expect(await kit.check(renders)).toMatchObject({ allowed: false, available: 0 });
    await bursar.advance('P1D');
    expect(await kit.check(renders)).toMatchObject({ allowed: true, available: 15 });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('an unlimited quota is capped too', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'endless' });

    const spent = await kit.consume({ ...renders, amount: 9 });

    expect(spent).toMatchObject({ granted: null, available: 1, limit: 'none', resetsAt: tomorrow });
    expect(await kit.tryConsume({ ...renders, amount: 2 })).toMatchObject({
      reason: 'quota_exceeded',
    });
  });

  test('many at once get exactly its number, day after day', async () => {
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    for (let day = 0; day < 3; day += 1) {
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          kit.tryConsume({ ...renders, idempotencyKey: index % 2 ? undefined : `${day}/${index}` }),
        ),
      );

      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
      await bursar.advance('P1D');
    }
    expect(await kit.check(renders)).toMatchObject({ used: 30 });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
