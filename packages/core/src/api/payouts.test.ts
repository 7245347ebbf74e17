/** Payout drivers: one payment for each withdrawal, whatever becomes of the answer, and what is lost is asked for. */
import { expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createTestBursar } from '../testing.ts';
import { testPayouts } from '../withdrawals/index.ts';

describeDatabases('a payout driver', (makeUrl) => {
  async function started() {
    const driver = testPayouts();
    const payouts = { bank: driver };
    const database = await makeUrl();
    const kit = await createTestBursar({
      ...{ catalog, database, payouts, logger: silentLogger, triggers: { visit: {} } },
    });
    const told: string[] = [];
    for (const what of ['approved', 'paid', 'failed', 'rejected'] as const)
      kit.events.on(`withdrawal.${what}`, () => void told.push(what));
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    const ask = async (method: string) => {
      const asked = { customer: 'ann', amount: 10, currency: 'points', method } as const;
      const made = await kit.withdrawals.request({ ...asked, details: { iban: 'DE1' } });
      return made.withdrawal.id;
    };
    const approved = async (method = 'bank') =>
      (await kit.withdrawals.approve({ withdrawal: await ask(method), reason: 'fine' })).id;
    const seen = async (withdrawal: string) => {
      const { status, steps, reference } = await kit.withdrawals.get({ withdrawal });
      const { settled, held } = await kit.wallet.balance({ customer: 'ann', unit: 'points' });
      return { status, steps: steps.map((step) => step.status), reference, settled, held };
    };
    return { kit, driver, told, approved, seen };
  }

  test('pays what is approved, once, and nothing else', async () => {
    const { kit, driver, told, approved, seen } = await started();
    const id = await approved();
    const byHand = await approved('cheque');

    await kit.advance('PT1M');

    expect(await seen(id)).toEqual({
      ...{ status: 'paid', steps: ['pending', 'approved', 'sending', 'paid'] },
      ...{ reference: `test_${id}`, settled: 90, held: 10 },
    });
    expect(driver.paid).toEqual([
      {
        ...{ withdrawal: id, tenant: 'default', customer: 'ann', details: { iban: 'DE1' } },
        amount: { amount: 10, unit: 'points', scale: 0 },
      },
    ]);
    expect(told).toEqual(['approved', 'approved', 'paid']);
    expect((await seen(byHand)).status).toBe('approved');
    await kit.withdrawals.markPaid({ withdrawal: byHand, reason: 'handed over' });
    for (const move of ['approve', 'reject', 'markPaid'] as const)
      await expect(kit.withdrawals[move]({ withdrawal: id, reason: 'no' })).rejects.toMatchObject({
        code: 'invalid_state',
      });
    expect(await kit.ledger.verify()).toMatchObject({ ok: true });
    await kit.close();
  });

  test('waits while the customer owes, and pays once nothing is owed', async () => {
    const { kit, driver, approved, seen } = await started();
    await kit.settings.set({
      key: 'triggers.visit',
      value: { enabled: true, unit: 'points', clawback: 'allow_debt', actor: { fixed: 50 } },
    });
    const { event } = await kit.referrals.trigger({ alias: 'visit', customer: 'ann' });
    await kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 140 });
    const id = await approved();
    await kit.referrals.reverse({ event });

    await kit.advance('PT1M');
    const waiting = await seen(id);
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 50 });
    await kit.advance('PT2H');

    expect(waiting).toMatchObject({ status: 'approved', settled: -40, held: 10 });
    expect(await seen(id)).toMatchObject({ status: 'paid', settled: 0, held: 0 });
    expect(driver.paid).toHaveLength(1);
    expect(await kit.ledger.verify()).toMatchObject({ ok: true });
    await kit.close();
  });

  test('that fails gives back what was set aside, and says why', async () => {
    const { kit, driver, told, approved, seen } = await started();
    driver.behave('failed');
    const id = await approved();

    await kit.advance('PT1M');

    expect(await seen(id)).toMatchObject({ status: 'failed', settled: 100, held: 0 });
    const { steps } = await kit.withdrawals.get({ withdrawal: id });
    expect(steps.at(-1)).toMatchObject({ status: 'failed', reason: 'The account is closed.' });
    expect(told).toEqual(['approved', 'failed']);
    await kit.close();
  });

  test.each([
    ['lost_after_paying', 'paid', 90, 1],
    ['lost_before_paying', 'failed', 100, 0],
  ] as const)(
    'whose answer is %s is asked until it tells: %s, and never pays again',
    async (behaviour, status, settled, payments) => {
      const { kit, driver, approved, seen } = await started();
      driver.behave(behaviour, { deaf: true });
      const id = await approved();

      await kit.advance('PT1M');
      await kit.advance('PT10M');

      expect(await seen(id)).toMatchObject({ status: 'unknown', settled: 100, held: 10 });
      const asked = driver.calls.find;
      expect(asked).toBeGreaterThan(0);
      for (const move of ['approve', 'reject', 'markPaid'] as const)
        await expect(kit.withdrawals[move]({ withdrawal: id, reason: 'no' })).rejects.toMatchObject(
          {
            code: 'invalid_state',
          },
        );
      const cancel = () => kit.withdrawals.cancel({ customer: 'ann', withdrawal: id });
      await expect(cancel()).rejects.toMatchObject({ code: 'invalid_state' });
      const [hold] = (await kit.wallet.holds({ customer: 'ann', state: 'open' })).items;
      await expect(kit.wallet.release({ hold: hold?.id ?? '' })).rejects.toMatchObject({
        code: 'invalid_state',
      });
      const erase = () => kit.customers.erase({ customer: 'ann', force: true, reason: 'asked' });
      await expect(erase()).rejects.toMatchObject({ code: 'in_use' });
      driver.behave(behaviour);
      await kit.advance('PT2H');

      expect(await seen(id)).toMatchObject({ status, settled, held: 0 });
      expect(driver.calls).toEqual({ send: 1, find: asked + 1 });
      expect(driver.paid).toHaveLength(payments);
      expect(await kit.ledger.verify()).toMatchObject({ ok: true });
      await kit.close();
    },
  );
});
