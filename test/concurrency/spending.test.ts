/**
 * Four processes at once on real PostgreSQL: as many succeed as there are units, whatever way they are taken, and the
 * books are right afterwards. Sized so that reading before writing fails each of them.
 */
import { expect, test } from 'vitest';
import { describeRaces } from '../support/racers.ts';

/** A race that is lost now and then is lost. */
const runs = [1, 2, 3];

describeRaces('four processes', ({ fresh, race }) => {
  test.each(runs)('run %i: of 2,400 spends on 1,000 units exactly 1,000 are accepted', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });

    const outcomes = await race({ tenant, do: 'spend', attempts: 600, atOnce: 20 });

    expect(outcomes).toEqual({ accepted: 1_000, insufficient_balance: 1_400 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 0,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test.each(runs)('run %i: 100 keys, each used 12 times at once, have 100 effects', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });

    const outcomes = await race({ tenant, do: 'spend', attempts: 300, atOnce: 30, keys: 100 });

    expect(outcomes).toEqual({ accepted: 100, replayed: 1_100 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 900,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test.each(runs)('run %i: holds cannot reserve the same units', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 150 });

    const outcomes = await race({ tenant, do: 'hold', attempts: 100, atOnce: 20 });

    expect(outcomes).toEqual({ accepted: 150, insufficient_balance: 250 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 150,
      held: 150,
      available: 0,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test.each(runs)(
    'run %i: a storm of opposite transfers ends with every unit where somebody has it',
    async () => {
      const { tenant, kit } = fresh();
      const customers = ['ann', 'bob', 'cid'];
      for (const customer of customers)
        await kit.wallet.credit({ customer, unit: 'points', amount: 100 });

      const outcomes = await race({ tenant, do: 'transfer', attempts: 150, atOnce: 10, customers });

      const left = await Promise.all(
        customers.map((customer) => kit.wallet.balance({ customer, unit: 'points' })),
      );
      expect(left.reduce((sum, { settled }) => sum + settled, 0)).toBe(300);
      const { accepted, insufficient_balance: refused = 0, ...others } = outcomes;
      expect({ done: (accepted ?? 0) + refused, others }).toEqual({ done: 600, others: {} });
      expect(outcomes.accepted).toBeGreaterThan(300);
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
  );
});
