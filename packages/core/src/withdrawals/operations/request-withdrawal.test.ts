/** Asking to be paid out: what it costs, what is set aside with it, what is refused, and taking it back. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import { type Database, integer, type Scope, sql } from '../../kernel/index.ts';
import {
  credit,
  fixedRates,
  freezeCustomer,
  listHolds,
  type Rates,
  readBalance,
  verify,
} from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { cancelWithdrawal } from './cancel-withdrawal.ts';
import { getWithdrawal } from './get-withdrawal.ts';
import { listWithdrawals } from './list-withdrawals.ts';
import { type RequestWithdrawal, requestWithdrawal } from './request-withdrawal.ts';

const now = '2026-01-31T10:00:00.000Z';
const rates = fixedRates({
  ...{ base: 'EUR', rates: { points: '100', USD: '1.1' } },
  ...{ source: 'ECB', at: new Date('2026-01-30T00:00:00Z') },
});
const iban = { details: { iban: 'DE02120300000000202051' } };

describeMigrated('a withdrawal', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(table: Rates | undefined = rates): Promise<void> {
    tenants += 1;
    shop = openShop(database, `withdrawals-${tenants}`, { rates: table });
    scope = await shop.at(now);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 10_000, source: 'test' });
    shop.heard.length = 0;
  }
  const ask = (input: Partial<RequestWithdrawal> = {}, at: Scope = scope) =>
    requestWithdrawal(at, { customer: 'ann', amount: 1_000, currency: 'EUR', ...input });
  const set = (key: string, value: unknown) =>
    setSetting(scope, { key: `withdrawals.${key}`, value });
  const points = async () => {
    const { settled, held, available } = await readBalance(scope, {
      ...{ customer: 'ann', unit: 'points' },
    });
    return { settled, held, available };
  };
  const written = () =>
    scope.one(
      sql`
      select (select count(*) from bursar.withdrawals where tenant_id = ${scope.tenant.id}::int)
             + (select count(*) from bursar.holds where tenant_id = ${scope.tenant.id}::int) as count`,
      (row) => integer(row.count),
    );

  test('sets aside what it costs at the rate of its moment, for as long as it takes, and says so', async () => {
    await fresh();

    const { withdrawal, replayed } = await ask(iban);

    expect(replayed).toBe(false);
    expect(withdrawal).toMatchObject({
      ...{ customer: 'ann', status: 'pending', method: 'manual', ...iban, reference: null },
      payout: { amount: 1_000, unit: 'EUR', formatted: '10.00' },
      amount: { amount: 1_000, unit: 'points' },
      rate: { value: '0.0100000000', source: 'ECB', at: new Date('2026-01-30T00:00:00Z') },
      payableFrom: new Date(now),
      steps: [{ status: 'pending', at: new Date(now), reason: null, by: null }],
    });
    expect(await points()).toEqual({ settled: 10_000, held: 1_000, available: 9_000 });
    const later = await shop.at('2036-01-31T10:00:00.000Z');
    const { items } = await listHolds(later, { customer: 'ann', state: 'open' });
    expect(items).toMatchObject([
      { expiresAt: null, reference: { type: 'withdrawal', id: withdrawal.id } },
    ]);
    const news = shop.heard.filter(({ type }) => type === 'withdrawal.requested');
    expect(news).toMatchObject([
      {
        customer: 'ann',
        data: {
          ...{ withdrawal: withdrawal.id, rate: '0.0100000000', method: 'manual' },
          ...{ payout: { amount: 1_000, unit: 'EUR' }, amount: { amount: 1_000, unit: 'points' } },
        },
      },
    ]);
    expect(JSON.stringify(shop.heard)).not.toContain('DE02');
    expect(await getWithdrawal(scope, { withdrawal: withdrawal.id })).toEqual(withdrawal);
    expect((await verify(scope)).ok).toBe(true);
  });

  test.each([
    ['EUR', 1, 1],
    ['USD', 1, 1],
    ['USD', 110, 100],
    ['USD', 111, 101],
    ['points', 7, 7],
  ])('of %s %d costs %d points: no part of one is given away', async (currency, amount, cost) => {
    await fresh();

    expect((await ask({ currency, amount })).withdrawal.amount.amount).toBe(cost);
  });

  test('asked for again under its key is the same one, whatever has become of it and of the settings', async () => {
    await fresh();
    const first = await ask({ ...iban, idempotencyKey: 'k' });
    await cancelWithdrawal(scope, { withdrawal: first.withdrawal.id });
    await set('enabled', false);

    const again = await ask({ ...iban, idempotencyKey: 'k' });

    expect(again).toMatchObject({
      replayed: true,
      withdrawal: { id: first.withdrawal.id, status: 'canceled', ...iban },
    });
    await expect(ask({ amount: 2, idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await written()).toBe(2);
  });

  describe('is refused, and nothing is written,', () => {
    test.each([
      ['while they are switched off', 'withdrawals_disabled', { enabled: false }, {}],
      ['below the minimum', 'below_minimum', { minAmount: 1_001 }, {}],
      ['above the maximum', 'limit_exceeded', { maxAmount: 999 }, {}],
      ['above what is asked for in a day', 'limit_exceeded', { dailyCap: 999 }, {}],
      ['above what is available', 'insufficient_balance', {}, { amount: 10_001 }],
      ['in a currency nobody knows', 'unit_unknown', {}, { currency: 'XXX' }],
    ])('%s', async (_, code, settings, input) => {
      await fresh();
      for (const [key, value] of Object.entries(settings)) await set(key, value);

      await expect(ask(input)).rejects.toMatchObject({ code });

      expect(await written()).toBe(0);
      expect(await points()).toEqual({ settled: 10_000, held: 0, available: 10_000 });
    });

    test('without a rate, and of a customer that is frozen', async () => {
      await fresh(fixedRates({ base: 'EUR', rates: {} }));
      // Points stand for euros; nobody says what those are in dollars.
      await expect(ask({ currency: 'USD' })).rejects.toMatchObject({ code: 'rate_missing' });
      await freezeCustomer(scope, { customer: 'ann', frozen: true });
      await expect(ask({ currency: 'points' })).rejects.toMatchObject({ code: 'customer_frozen' });

      expect(await written()).toBe(0);
    });
  });

  test('may reach its limits exactly; what came to nothing, or was asked for a day ago, does not count', async () => {
    await fresh();
    for (const key of ['minAmount', 'maxAmount']) await set(key, 1_000);
    await set('dailyCap', 2_000);
    const first = await ask();
    const second = await ask();
    await expect(ask()).rejects.toMatchObject({
      code: 'limit_exceeded',
      details: { asked: 2_000, limit: 2_000, per: 'day' },
    });
    await cancelWithdrawal(scope, { withdrawal: first.withdrawal.id });
    const third = await ask();

    const nextDay = await shop.at('2026-02-01T10:00:00.000Z');
    await ask({}, nextDay);

    const { items, next } = await listWithdrawals(nextDay, { status: 'pending', limit: 2 });
    expect(items).toHaveLength(2);
    const rest = await listWithdrawals(nextDay, { status: 'pending', cursor: next ?? '' });
    expect(rest.items).toHaveLength(1);
    const known = [second, third].map(({ withdrawal }) => withdrawal.id);
    expect([...items, ...rest.items].map(({ id }) => id)).toEqual(expect.arrayContaining(known));
    expect((await listWithdrawals(nextDay, { customer: 'bob' })).items).toEqual([]);
  });

  test('to new details may be paid only once they are known for long enough; to known ones at once', async () => {
    await fresh();
    await set('coolingOff', 'P2D');
    const first = await ask(iban);
    const later = await shop.at('2026-02-03T10:00:00.000Z');

    const known = await ask(iban, later);
    const changed = await ask({ details: { iban: 'DE99' } }, later);

    const from = [first, known, changed].map(({ withdrawal }) => withdrawal.payableFrom);
    const settled = new Date('2026-02-02T10:00:00.000Z');
    expect(from).toEqual([settled, settled, new Date('2026-02-05T10:00:00.000Z')]);
  });

  test('that is canceled gives back what was set aside, once, with who did it', async () => {
    await fresh();
    const { id } = (await ask()).withdrawal;
    await expect(
      cancelWithdrawal(scope, { withdrawal: id, customer: 'bob' }),
    ).rejects.toMatchObject({ code: 'not_found' });

    const canceled = await cancelWithdrawal(await shop.at(now, 'ann'), {
      withdrawal: id,
      customer: 'ann',
    });

    expect(canceled.steps.at(-1)).toMatchObject({ status: 'canceled', by: 'ann' });
    expect(await points()).toEqual({ settled: 10_000, held: 0, available: 10_000 });
    await expect(cancelWithdrawal(scope, { withdrawal: id })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect(shop.types()).toEqual(['withdrawal.requested', 'withdrawal.canceled']);
    await expect(
      scope.run(sql`update bursar.withdrawal_history set reason = 'another'`),
    ).rejects.toThrow();
    expect((await verify(scope)).ok).toBe(true);
  });
});
