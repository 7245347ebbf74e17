/** Deciding about withdrawals: each move there is, each there is not, what it does to the wallet, and who may not decide. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import { audited, listAudit } from '../../audit/index.ts';
import { type Database, type Scope, sql, text } from '../../kernel/index.ts';
import { credit, fixedRates, readBalance, verify } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { approveWithdrawal } from './approve-withdrawal.ts';
import { cancelWithdrawal } from './cancel-withdrawal.ts';
import { endWithdrawals } from './end-withdrawals.ts';
import { markPaid } from './mark-paid.ts';
import { rejectWithdrawal } from './reject-withdrawal.ts';
import { requestWithdrawal } from './request-withdrawal.ts';

const now = '2026-01-31T10:00:00.000Z';
const reason = 'as agreed';
const rates = fixedRates({ base: 'EUR', rates: { points: '100' } });

const moves = {
  approve: (scope: Scope, withdrawal: string) => approveWithdrawal(scope, { withdrawal, reason }),
  pay: (scope: Scope, withdrawal: string) => markPaid(scope, { withdrawal, reason }),
  reject: (scope: Scope, withdrawal: string) => rejectWithdrawal(scope, { withdrawal, reason }),
  cancel: (scope: Scope, withdrawal: string) => cancelWithdrawal(scope, { withdrawal }),
};
type Move = keyof typeof moves;

describeMigrated('a withdrawal that is decided about', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<string> {
    tenants += 1;
    shop = openShop(database, `review-${tenants}`, { rates });
    scope = await shop.at(now, 'root');
    await credit(scope, { customer: 'ann', unit: 'points', amount: 10_000, source: 'test' });
    shop.heard.length = 0;
    return ask(await as('ann'));
  }
  const as = (actor: string) => shop.at(now, actor);
  const ask = async (at: Scope) => {
    const asked = { customer: 'ann', amount: 1_000, currency: 'EUR' };
    return (await requestWithdrawal(at, asked)).withdrawal.id;
  };
  const points = async () => {
    const { settled, held } = await readBalance(scope, { customer: 'ann', unit: 'points' });
    return [settled, held];
  };
  const set = (key: string, value: unknown) =>
    setSetting(scope, { key: `withdrawals.${key}`, value });

  test.each<[Move[], string, number[], string[]]>([
    [['approve'], 'approved', [10_000, 1_000], ['approved']],
    [['approve', 'approve'], 'approved', [10_000, 1_000], ['approved']],
    [['pay'], 'paid', [9_000, 0], ['paid']],
    [['approve', 'pay'], 'paid', [9_000, 0], ['approved', 'paid']],
    [['reject'], 'rejected', [10_000, 0], ['rejected']],
    [['approve', 'reject'], 'rejected', [10_000, 0], ['approved', 'rejected']],
    [['approve', 'cancel'], 'canceled', [10_000, 0], ['approved', 'canceled']],
  ])(
    'by %j is %s, and every other move from its end is refused',
    async (path, status, left, told) => {
      const id = await fresh();
      for (const move of path) await moves[move](scope, id);

      const { items } = await listAudit(scope, { operation: 'withdrawals.' });
      expect(await points()).toEqual(left);
      expect(shop.types()).toEqual(['requested', ...told].map((type) => `withdrawal.${type}`));
      expect(items.length).toBe(told.filter((type) => type !== 'canceled').length);
      expect(items.every(({ actor }) => actor === 'root')).toBe(true);
      if (status !== 'approved')
        for (const move of Object.keys(moves) as Move[])
          await expect(moves[move](scope, id), move).rejects.toMatchObject({
            code: 'invalid_state',
          });
      expect(await points()).toEqual(left);
      expect(shop.types()).toHaveLength(told.length + 1);
      expect((await verify(scope)).ok).toBe(true);
    },
  );

  test('keeps who did what and why; paid, it leaves to the side of payouts', async () => {
    const id = await fresh();

    const approved = await approveWithdrawal(scope, { withdrawal: id, rate: '0.011', reason });
    const paid = await markPaid(scope, { withdrawal: id, reference: 'bank-1', reason: 'sent' });

    expect(approved).toMatchObject({
      ...{ rate: { value: '0.0110000000' }, amount: { amount: 1_000 }, payout: { amount: 1_000 } },
    });
    expect(paid).toMatchObject({
      reference: 'bank-1',
      steps: [
        { status: 'pending', by: 'ann', reason: null },
        { status: 'approved', by: 'root', reason },
        { status: 'paid', by: 'root', reason: 'sent' },
      ],
    });
    const { items } = await listAudit(scope, { subject: { type: 'withdrawal', id } });
    expect(items.map(({ facts }) => facts)).toMatchObject([
      { amount: 1_000, unit: 'points', payout: 1_000, currency: 'EUR', reference: 'bank-1' },
      { rate: '0.0110000000', formerRate: '0.0100000000' },
    ]);
    const counter = await scope.many(
      sql`select counter from bursar.entries where tenant_id = ${scope.tenant.id}::int and kind = 'capture'`,
      (row) => text(row.counter),
    );
    expect(counter).toEqual(['payout']);
  });

  describe('is not for', () => {
    test.each(['approve', 'pay'] as const)(
      'its customer, or who asked for it, to %s',
      async (move) => {
        await fresh();
        const own = await ask(scope);

        for (const [actor, interest] of Object.entries({ ann: 'customer', root: 'requester' }))
          await expect(moves[move](await as(actor), own)).rejects.toMatchObject({
            ...{ code: 'self_approval', details: { as: interest } },
          });

        expect(await points()).toEqual([10_000, 2_000]);
        await moves[move](await as('other'), own);
      },
    );

    test('who credited the customer by hand with more than is let, in however many parts', async () => {
      const id = await fresh();
      await set('manualCreditLimit', 100);
      const give = (amount: number) =>
        audited(
          scope,
          reason,
          (inner) => credit(inner, { customer: 'ann', unit: 'EUR', amount, source: 'test' }),
          () => ({
            ...{ operation: 'wallet.credit', customer: 'ann', facts: { amount } },
            subject: { type: 'balance', id: 'EUR' },
          }),
        );
      await give(60);
      await give(40);
      const other = await ask(await as('ann'));
      await approveWithdrawal(scope, { withdrawal: other });
      await give(1);

      for (const move of [moves.approve, moves.pay])
        await expect(move(scope, id)).rejects.toMatchObject({
          ...{ code: 'self_approval', details: { as: 'creditor' } },
        });
      await moves.approve(await as('other'), id);
      await expect(moves.pay(scope, id)).rejects.toMatchObject({ code: 'self_approval' });
      await moves.reject(scope, id);
    });

    test('the time in which its details are new: it can only be rejected or taken back', async () => {
      await fresh();
      await set('coolingOff', 'P2D');
      await scope.run(sql`
        update bursar.payout_details set first_named_at = ${now}::timestamptz where tenant_id = ${scope.tenant.id}::int`);
      const [first, second] = [await ask(scope), await ask(scope)];
      const other = await as('other');

      for (const move of [moves.approve, moves.pay])
        await expect(move(other, first)).rejects.toMatchObject({
          ...{ code: 'cooling_off', details: { payableFrom: '2026-02-02T10:00:00.000Z' } },
        });

      await moves.reject(other, first);
      const later = await shop.at('2026-02-02T10:00:00.000Z', 'other');
      expect((await moves.approve(later, second)).status).toBe('approved');
    });
  });

  test('of somebody who is erased is rejected, unless money is on its way', async () => {
    const id = await fresh();
    await ask(scope);
    await moves.approve(scope, id);
    const customerId = await scope.one(
      sql`select id from bursar.customers where (tenant_id, external_id) = (${scope.tenant.id}::int, 'ann')`,
      (row) => Number(row.id),
    );
    const end = () => endWithdrawals(scope, { customer: 'ann', customerId });
    await scope.run(sql`
      update bursar.withdrawals set status = 'unknown' where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);
    await expect(end()).rejects.toMatchObject({ code: 'in_use' });
    expect(await points()).toEqual([10_000, 2_000]);
    await scope.run(sql`
      update bursar.withdrawals set status = 'approved' where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);

    expect(await end()).toBe(2);

    expect(await points()).toEqual([10_000, 0]);
  });
});
