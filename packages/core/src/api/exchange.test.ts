/** Exchange and rates from the kit: what hosts type, and what they get. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBursar, defineCatalog, fixedRates } from '../index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  plans: {},
});
const rates = fixedRates({ base: 'EUR', rates: { points: '3' }, source: 'house' });
const bursar = createBursar({ catalog, database: 'memory://', rates });
const bare = createBursar({ catalog, database: 'memory://' });
beforeAll(() => Promise.all([bursar.ready(), bare.ready()]));
afterAll(() => Promise.all([bursar.close(), bare.close()]));

test('an exchange answers with both balances, the rate and what was cut off', async () => {
  await bursar.wallet.credit({ customer: 'ann', unit: 'EUR', amount: 1000 });

  const done = await bursar
    .customer('ann')
    .wallet.exchange({ from: 'EUR', to: 'points', amount: 150 });

  expect(done).toMatchObject({
    ...{
      received: 4,
      residue: '1/2',
      replayed: false,
      rate: { of: '3', per: '1', source: 'house' },
    },
    from: { unit: 'EUR', formatted: '8.50' },
    to: { unit: 'points', available: 4 },
  });
  expect(done.transferId).toMatch(/^trf_/);
  expect((await bursar.ledger.verify()).ok).toBe(true);
});

test('converting rounds half up and moves nothing; without rates both are refused', async () => {
  const asked = { from: 'EUR', to: 'points', amount: 150 } as const;

  expect(await bursar.rates.convert(asked)).toMatchObject({ amount: 5, unit: 'points' });
  await expect(bare.rates.convert(asked)).rejects.toMatchObject({ code: 'rate_missing' });
  await expect(bare.wallet.exchange({ customer: 'ann', ...asked })).rejects.toMatchObject({
    code: 'rate_missing',
  });
});

test('inside the host’s transaction a fixed table answers at once, and all of it rolls back together', async () => {
  await bursar.wallet.credit({ customer: 'bob', unit: 'EUR', amount: 300 });

  const undone = bursar.transaction(async (kit) => {
    await kit.wallet.exchange({ customer: 'bob', from: 'EUR', to: 'points', amount: 200 });
    throw new Error('undo');
  });

  await expect(undone).rejects.toThrow('undo');
  expect(await bursar.wallet.balance({ customer: 'bob', unit: 'EUR' })).toMatchObject({
    available: 300,
  });
});
