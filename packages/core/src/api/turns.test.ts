/** Verbs that a host does not wait for in its transaction: as if it had, so no limit is passed and no key is used twice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  plans: {},
  offers: { gift: { price: { EUR: 0 }, grants: { points: 1 }, limit: { quantity: 3 } } },
});
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );

describeDatabases('verbs in one transaction', (makeUrl) => {
  let hooked: (tx: unknown) => Promise<void> = async () => {};
  const open = (database: string) =>
    createBursar({
      ...{ catalog, database, logger: silentLogger },
      customers: {
        creating: async (_given, { tx }) => {
          await hooked(tx);
          return undefined;
        },
      },
    });
  let bursar: ReturnType<typeof open>;
  let tenants = 0;
  beforeAll(async () => {
    bursar = open(await makeUrl());
    await bursar.ready();
  });
  afterAll(() => bursar.close());

  function fresh() {
    tenants += 1;
    const tenant = `turns${tenants}`;
    return { tenant, kit: bursar.tenant(tenant) };
  }

  test('take turns, and pass no limit together', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });

    const outcomes = await bursar.transaction((all, tx) => {
      const handles = [all.tenant(tenant), bursar.using(tx).tenant(tenant)];
      return Promise.all(
        times(12).flatMap((index) => {
          const inner = handles[index % 2] ?? kit;
          const debit = { customer: 'ann', unit: 'points', amount: 30 } as const;
          return [
            codeOf(inner.orders.create({ customer: 'ann', offer: 'gift' })),
            codeOf(inner.wallet.debit({ ...debit, idempotencyKey: `${index}` })),
          ];
        }),
      );
    });

    const tally = (code: string) => outcomes.filter((outcome) => outcome === code).length;
    expect(tally('quantity_limit')).toBe(9);
    expect(tally('insufficient_balance')).toBe(9);
    expect(tally('done')).toBe(6);
    const { settled } = await kit.wallet.balance({ customer: 'ann', unit: 'points' });
    expect(settled).toBe(100 - 90 + 3);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('under one key are done once', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    const asked = { customer: 'ann', amount: 10, currency: 'points', method: 'cheque' } as const;

    const answers = await bursar.transaction((all) =>
      Promise.all(
        times(8).map(() =>
          all
            .tenant(tenant)
            .withdrawals.request({ ...asked, details: { to: 'Ann' }, idempotencyKey: 'out' }),
        ),
      ),
    );

    expect(new Set(answers.map(({ withdrawal }) => withdrawal.id)).size).toBe(1);
    expect((await kit.wallet.balance({ customer: 'ann', unit: 'points' })).held).toBe(10);
  });

  test('go on after one that was refused, and read what those before have written', async () => {
    const { tenant, kit } = fresh();

    const read = await bursar.transaction(async (all) => {
      const { wallet } = all.tenant(tenant);
      const points = { customer: 'ann', unit: 'points' } as const;
      const [, , { settled }] = await Promise.all([
        codeOf(wallet.debit({ ...points, amount: 1, idempotencyKey: 'one' })),
        wallet.credit({ ...points, amount: 7 }),
        wallet.balance(points),
      ]);
      return settled;
    });

    expect(read).toBe(7);
    expect((await kit.wallet.balance({ customer: 'ann', unit: 'points' })).settled).toBe(7);
  });

  test('that run in the course of another do not wait for it', async () => {
    const { tenant, kit } = fresh();
    hooked = async (tx) => {
      hooked = async () => {};
      const { wallet } = bursar.using(tx as never).tenant(tenant);
      const points = { customer: 'bob', unit: 'points' } as const;
      await wallet.credit({ ...points, amount: 5 });
      const debits = times(3).map((index) =>
        codeOf(wallet.debit({ ...points, amount: 2, idempotencyKey: `hooked ${index}` })),
      );
      expect((await Promise.all(debits)).toSorted()).toEqual([
        'done',
        'done',
        'insufficient_balance',
      ]);
    };

    await bursar.transaction((all) =>
      all.tenant(tenant).wallet.credit({ customer: 'ann', unit: 'points', amount: 1 }),
    );

    expect((await kit.wallet.balance({ customer: 'bob', unit: 'points' })).settled).toBe(1);
  });
});
