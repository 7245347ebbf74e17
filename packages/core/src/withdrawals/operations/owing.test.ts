/** Who owes is not paid out: asked for, approved or sent; what was approved and paid by hand is still a fact. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import { lockCustomers } from '../../customers/index.ts';
import { type Database, integer, type Scope, sql } from '../../kernel/index.ts';
import {
  clawBack,
  credit,
  fixedRates,
  readBalance,
  setLimits,
  spend,
  verify,
} from '../../ledger/index.ts';
import { testPayouts } from '../test-payouts.ts';
import { approveWithdrawal } from './approve-withdrawal.ts';
import { getWithdrawal } from './get-withdrawal.ts';
import { markPaid } from './mark-paid.ts';
import { rejectWithdrawal } from './reject-withdrawal.ts';
import { requestWithdrawal } from './request-withdrawal.ts';
import { beginPayout } from './send-payout.ts';

const points = { customer: 'ann', unit: 'points' } as const;
const rates = fixedRates({ base: 'EUR', rates: { points: '100' } });
const reason = 'as agreed';

describeMigrated('a withdrawal of who owes', (make) => {
  let database: Database;
  let tenants = 0;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(amount = 100): Promise<void> {
    tenants += 1;
    const payouts = { bank: testPayouts() };
    const shop = openShop(database, `owing-${tenants}`, { rates, payouts });
    scope = await shop.at('2026-01-31T10:00:00.000Z');
    await credit(scope, { ...points, amount, source: 'test' });
  }
  const ask = async (amount: number, method = 'manual') => {
    const input = { customer: 'ann', amount, currency: 'points', method };
    return (await requestWithdrawal(scope, input)).withdrawal.id;
  };
  const takeBack = (amount: number, policy: 'strict' | 'allow_debt' = 'allow_debt') =>
    scope.transaction(async (inner) => {
      const [customer] = await lockCustomers(inner, ['ann']);
      if (!customer) throw new Error('Ann is not there.');
      const reference = { type: 'reward_event', id: 'rev_1' };
      const lines = [{ customer, grantId: null, amount, rest: '' }];
      await clawBack(inner, { unit: 'points', policy, reference, lines });
    });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: { code?: string }) => error.code ?? String(error),
    );
  const figures = async () => {
    const { settled, held } = await readBalance(scope, points);
    return [settled, held];
  };
  const written = () =>
    scope.one(
      sql`
      select (select count(*) from bursar.withdrawals where tenant_id = ${scope.tenant.id}::int)
             + (select count(*) from bursar.holds where tenant_id = ${scope.tenant.id}::int)
             + (select count(*) from bursar.withdrawal_history where tenant_id = ${scope.tenant.id}::int) as count`,
      (row) => integer(row.count),
    );
  const statusOf = async (withdrawal: string) =>
    (await getWithdrawal(scope, { withdrawal })).status;

  test('is refused with what is owed, writes nothing, and is taken once a credit has filled it', async () => {
    await fresh();
    await takeBack(130);

    await expect(ask(1)).rejects.toMatchObject({
      ...{ code: 'customer_owes', status: 402 },
      details: { customer: 'ann', unit: 'points', owed: 30 },
    });
    expect(await written()).toBe(0);
    await credit(scope, { ...points, amount: 30, source: 'test' });
    expect(await codeOf(ask(1))).toBe('insufficient_balance');
    await credit(scope, { ...points, amount: 1, source: 'test' });
    expect(await codeOf(ask(1))).toBe(null);
    expect((await verify(scope)).ok).toBe(true);
  });

  test('is refused of credit that was used before it was paid for, though the floor would let it', async () => {
    await fresh(10);
    await setLimits(scope, { ...points, floor: -500 });
    await spend(scope, { ...points, amount: 11, source: 'test', request: null });

    expect(await codeOf(ask(5))).toBe('customer_owes');

    expect(await written()).toBe(0);
  });

  test('below a floor above zero is short of units, and owes nothing', async () => {
    await fresh(50);
    await setLimits(scope, { ...points, floor: 80 });

    expect(await codeOf(ask(5))).toBe('insufficient_balance');
  });

  test('that is pending cannot be approved or marked paid, and can be rejected', async () => {
    await fresh();
    const first = await ask(60);
    const second = await ask(40);
    await takeBack(40);

    const codes = [
      await codeOf(approveWithdrawal(scope, { withdrawal: first, reason })),
      await codeOf(markPaid(scope, { withdrawal: first, reason })),
    ];
    const before = [await statusOf(first), await figures()];
    await rejectWithdrawal(scope, { withdrawal: second, reason });
    await approveWithdrawal(scope, { withdrawal: first, reason });
    await markPaid(scope, { withdrawal: first, reason });

    expect(codes).toEqual(['customer_owes', 'customer_owes']);
    expect(before).toEqual(['pending', [60, 100]]);
    expect(await figures()).toEqual([0, 0]);
    expect((await verify(scope)).ok).toBe(true);
  });

  test('that is approved is not sent, and stays approved; paid by hand before, it is marked paid', async () => {
    await fresh();
    const sent = await ask(40, 'bank');
    const byHand = await ask(60);
    for (const withdrawal of [sent, byHand]) await approveWithdrawal(scope, { withdrawal, reason });
    await takeBack(100);

    expect(await codeOf(beginPayout(scope, sent))).toBe('customer_owes');
    expect(await statusOf(sent)).toBe('approved');
    await markPaid(scope, { withdrawal: byHand, reason });
    expect(await figures()).toEqual([-60, 40]);
    expect(await codeOf(beginPayout(scope, sent))).toBe('customer_owes');
    await credit(scope, { ...points, amount: 100, source: 'test' });
    expect(await beginPayout(scope, sent)).toMatchObject({ isFirst: true });
    expect((await verify(scope)).ok).toBe(true);
  });

  test('of whom a strict policy took only what was there goes on: what is set aside is not taken', async () => {
    await fresh();
    const withdrawal = await ask(60);
    await takeBack(100, 'strict');

    await approveWithdrawal(scope, { withdrawal, reason });

    expect(await figures()).toEqual([60, 60]);
    expect(await statusOf(withdrawal)).toBe('approved');
  });

  test('that nobody had approved when it was taken back, however they raced, is not approved any more', async () => {
    await fresh();
    const ids = [];
    for (const amount of [20, 20, 20, 20, 20]) ids.push(await ask(amount));

    await Promise.all([
      ...ids.map((withdrawal) =>
        approveWithdrawal(scope, { withdrawal, reason }).catch((error) => {
          if (error.code !== 'customer_owes') throw error;
        }),
      ),
      takeBack(100),
    ]);
    const left = [];
    for (const id of ids) if ((await statusOf(id)) === 'pending') left.push(id);
    for (const withdrawal of left)
      expect(await codeOf(approveWithdrawal(scope, { withdrawal, reason }))).toBe('customer_owes');

    expect(await figures()).toEqual([0, 100]);
    expect((await verify(scope)).ok).toBe(true);
  });
});
