/** What stands beside the books is checked against them, too: damage of each kind is found, and named by its rule. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import type { QueryClient } from '../kernel/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  plans: {},
  offers: { pack: { price: { EUR: 1_000 }, grants: { points: 100 } } },
});
const changedItsMind = new Error('The host changed its mind.');

describeDatabases('verifying', (makeUrl) => {
  const open = (database: string) =>
    createBursar({ catalog, database, logger: silentLogger, triggers: { visit: {} } });
  let bursar: ReturnType<typeof open>;
  let withdrawals: string[] = [];
  beforeAll(async () => {
    bursar = open(await makeUrl());
    await bursar.ready();
    withdrawals = await busy();
  });
  afterAll(() => bursar.close());

  /** Everything has happened once: withdrawals in each state, rewards paid and taken back in parts, orders refunded in part. */
  async function busy(): Promise<string[]> {
    const reason = 'as agreed';
    const ann = { customer: 'ann' } as const;
    await bursar.wallet.credit({ ...ann, unit: 'points', amount: 1_000 });
    const made: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      const asked = { ...ann, amount: 10, currency: 'points', method: 'cheque' } as const;
      const { withdrawal } = await bursar.withdrawals.request({ ...asked, details: { to: 'Ann' } });
      made.push(withdrawal.id);
    }
    const [one = '', two = '', three = ''] = made;
    await bursar.withdrawals.approve({ withdrawal: one, reason });
    await bursar.withdrawals.markPaid({ withdrawal: one, reason });
    await bursar.withdrawals.reject({ withdrawal: two, reason });
    await bursar.withdrawals.cancel({ ...ann, withdrawal: three });

    const setting = { enabled: true, unit: 'points', actor: { fixed: 90 } };
    await bursar.settings.set({ key: 'triggers.visit', value: setting });
    const bob = await bursar.referrals.trigger({ alias: 'visit', customer: 'bob' });
    await bursar.wallet.debit({
      customer: 'bob',
      unit: 'points',
      amount: 60,
      idempotencyKey: 'spent',
    });
    await bursar.referrals.reverse({
      event: bob.event,
      basisPoints: 5_000,
      idempotencyKey: 'half',
      reason,
    });
    await bursar.settings.set({ key: 'triggers.visit', value: { ...setting, matures: 'P1D' } });
    const carl = await bursar.referrals.trigger({ alias: 'visit', customer: 'carl' });
    await bursar.referrals.reverse({
      event: carl.event,
      basisPoints: 2_500,
      idempotencyKey: 'part',
      reason,
    });

    for (const customer of ['dora', 'emil']) {
      const { order } = await bursar.orders.create({ customer, offer: 'pack' });
      await bursar.orders.confirm({ customer, order: order.id, payment: 'manual' });
      if (customer === 'dora')
        await bursar.orders.refund({ order: order.id, amount: 300, to: 'wallet', reason });
    }
    await bursar.orders.create({ customer: 'fay', offer: 'pack' });
    return made;
  }

  test('finds nothing where everything has happened once', async () => {
    expect(await bursar.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test.each([
    ['withdrawals_set_aside_what_they_pay', `update bursar.withdrawals set amount = amount + 1`],
    [
      'withdrawals_set_aside_what_they_pay',
      `update bursar.withdrawals set unit = 'EUR' where status = 'paid'`,
    ],
    [
      'withdrawals_move_their_hold_as_their_status_says',
      `update bursar.hold_legs set captured = 0, released = amount where captured = amount`,
    ],
    [
      'withdrawals_stand_where_their_history_ends',
      `update bursar.withdrawals set status = 'approved' where status = 'pending'`,
    ],
    [
      'rewards_are_paid_by_their_entries',
      `update bursar.rewards set amount = amount + 1 where amount > 0 and matures_at is null`,
    ],
    [
      'reversals_take_what_is_not_missing',
      `update bursar.rewards set outstanding = outstanding - 1 where outstanding > 0`,
    ],
    [
      'rewards_are_taken_back_up_to_the_whole',
      `update bursar.rewards set amount = amount - 1000 where amount < 0`,
    ],
    [
      'reward_events_are_reversed_as_their_reversals_say',
      `update bursar.reward_events set reversed_basis_points = 1 where parent_id is null`,
    ],
    [
      'orders_have_given_back_what_their_refunds_say',
      `update bursar.orders set refunded = refunded - 1 where refunded > 0`,
    ],
    ['order_histories_have_no_gaps', `update bursar.order_history set sequence = sequence + 10`],
    ['receipts_are_numbered_without_gaps', `update bursar.receipt_counters set last = last + 1`],
  ])('finds what breaks %s', async (rule, damage) => {
    const found = await bursar
      .transaction(async (inner, tx) => {
        const query = (text: string) => (tx as QueryClient).query(text, []);
        await query('set local session_replication_role = replica');
        await query(damage);
        const { broken } = await inner.ledger.verify();
        throw Object.assign(changedItsMind, { broken });
      })
      .catch((error) => {
        if (error !== changedItsMind) throw error;
        return error.broken as readonly { rule: string; row: object }[];
      });

    expect(found.map((one) => one.rule)).toContain(rule);
    expect(Object.keys(found.find((one) => one.rule === rule)?.row ?? {})).not.toEqual([]);
  });

  test('names the row', async () => {
    const found = await bursar
      .transaction(async (inner, tx) => {
        const text = `update bursar.withdrawals set amount = amount + 1 where status = 'rejected'`;
        await (tx as QueryClient).query(text, []);
        throw Object.assign(changedItsMind, { broken: (await inner.ledger.verify()).broken });
      })
      .catch((error) => error.broken);

    expect(found).toEqual([
      {
        rule: 'withdrawals_set_aside_what_they_pay',
        row: { withdrawal: withdrawals[1], hold: expect.any(String) },
      },
    ]);
  });
});
