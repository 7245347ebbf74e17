/** Sweeping what has expired of one customer: what the report says, once, and what the books say after it. */
import { expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { testClock } from '../kernel/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, calls: {}, mails: {} },
  features: { export: { kind: 'boolean' } },
  offers: {
    week: { group: 'calls', price: { EUR: 0 }, cycle: 'P7D', grants: { calls: 100, mails: 10 } },
    month: { group: 'calls', price: { EUR: 0 }, cycle: 'P30D', grants: { calls: 50 } },
    club: { group: 'club', price: { EUR: 0 }, cycle: 'P7D' },
    loose: { price: { EUR: 0 }, cycle: 'P7D', grants: { calls: 3 } },
  },
});

describeDatabases('a sweep', (makeUrl) => {
  test('reports each group once, with what was left, and what to warn of; and a second time nothing', async () => {
    const clock = testClock('2026-01-01T00:00:00Z');
    const database = await makeUrl();
    // Nobody but the test sweeps.
    const bursar = createBursar({ catalog, clock, database, logger: silentLogger, worker: false });
    const ann = bursar.customer('ann');
    for (const offer of ['week', 'week', 'month', 'club', 'loose'] as const)
      await ann.orders.create({ offer });
    await bursar.customer('bea').orders.create({ offer: 'week' });
    await ann.wallet.debit({ unit: 'calls', amount: 30 });
    await clock.advanceTo(new Date('2026-01-09T00:00:00Z'));

    const [first, second] = [await ann.wallet.sweep(), await ann.wallet.sweep()];

    expect(first.expired).toMatchObject([
      {
        group: 'calls',
        removed: [
          { unit: 'calls', amount: expect.any(Number) },
          { unit: 'mails', amount: 20 },
        ],
      },
      { group: 'club', removed: [] },
    ]);
    const { items } = await ann.wallet.statement({ unit: 'calls', kind: 'expiry' });
    const expired = items.reduce((sum, { amount }) => sum - amount, 0);
    // The offer without a group is in the books, and in no group.
    expect(first.expired[0]?.removed[0]?.amount).toBe(expired - 3);
    expect((await ann.wallet.balance({ unit: 'calls' })).settled).toBe(223 - expired);
    expect(second.expired).toEqual([]);
    expect((await ann.orders.list({ status: 'expired' })).items).toHaveLength(4);
    expect((await ann.wallet.sweep({ warnAtOrBelow: 50 })).warnings).toMatchObject([
      { group: 'calls', reasons: ['low'] },
    ]);
    const beas = await bursar.wallet.sweep({ customer: 'bea' });
    expect(beas.expired).toMatchObject([{ group: 'calls', removed: [{ amount: 100 }, {}] }]);
    expect(await bursar.wallet.sweep({ customer: 'nobody' })).toEqual({
      expired: [],
      warnings: [],
    });
    expect(await bursar.customers.find({ customer: 'nobody' })).toBe(null);
    expect(await bursar.ledger.verify()).toEqual({ ok: true, broken: [] });
    await bursar.close();
  });
});
