/**
 * People who try it on: rewards for what is bought and given back, rewards that are paid out before what they were for is undone,
 * and the same thing asked for many times in one breath. What was gained by it in the end is nothing.
 */
import { createBursar, defineCatalog } from '@bursar/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '../support/databases.ts';
import { silentLogger } from '../support/silent-logger.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  plans: {},
  offers: { pack: { price: { EUR: 1_000 }, grants: { points: 90 } } },
});
const reason = 'as agreed';
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );

type Move = 'request' | 'approve' | 'pay' | 'refund';
/** Each order of three steps to be paid out, with the refund, whole or in two parts, put in everywhere. */
const orders: readonly (readonly Move[])[] = [
  ...times(4).map((place) => withRefunds(place)),
  ...times(4).flatMap((place) => times(4 - place).map((more) => withRefunds(place, place + more))),
];
function withRefunds(...places: readonly number[]): readonly Move[] {
  const payout = ['request', 'approve', 'pay'] as const;
  return times(4).flatMap((index) => {
    const refunds = places.filter((place) => place === index).map(() => 'refund' as const);
    return [...refunds, ...payout.slice(index, index + 1)];
  });
}

describeDatabases('farming', (makeUrl) => {
  const open = (database: string) =>
    createBursar({ catalog, database, logger: silentLogger, triggers: { purchase: {} } });
  let bursar: ReturnType<typeof open>;
  let tenants = 0;
  beforeAll(async () => {
    bursar = open(await makeUrl());
    await bursar.ready();
  });
  afterAll(() => bursar.close());

  /** Bob stands below ann. What he buys earns him 30 points and her 500, as long as he keeps it. */
  async function fresh(setting: object = {}) {
    tenants += 1;
    const kit = bursar.tenant(`farm${tenants}`);
    await kit.settings.set({
      key: 'triggers.purchase',
      value: {
        ...{ enabled: true, unit: 'points', actor: { fixed: 30 }, reverseOnRefund: true },
        ...{ levels: [{ level: 1, fixed: 500 }], ...setting },
      },
    });
    const { code } = await kit.referrals.code({ customer: 'ann' });
    await kit.referrals.attach({ customer: 'bob', code });
    const buys = async () => {
      const { order } = await kit.orders.create({ customer: 'bob', offer: 'pack' });
      await kit.orders.confirm({ customer: 'bob', order: order.id, payment: 'manual' });
      const subject = { type: 'order', id: order.id };
      const bought = { alias: 'purchase', customer: 'bob', externalId: order.id, subject } as const;
      await kit.referrals.trigger(bought);
      return order.id;
    };
    const points = async (customer: string) =>
      (await kit.wallet.balance({ customer, unit: 'points' })).settled;
    return { kit, buys, points };
  }

  test('by buying and giving back, over and over, gains nothing and passes no cap', async () => {
    const { kit, buys, points } = await fresh({ perDay: 2_000 });
    const heights: number[] = [];
    for (const round of times(12)) {
      const order = await buys();
      heights.push(await points('ann'));
      const parts = round % 3 === 0 ? [undefined] : round % 3 === 1 ? [333, 333, 334] : [1, 999];
      for (const amount of parts) await kit.orders.refund({ order, amount, to: 'manual', reason });
    }

    expect(Math.max(...heights)).toBeGreaterThan(0);
    expect(Math.max(...heights)).toBeLessThanOrEqual(2_000);
    expect([await points('ann'), await points('bob')]).toEqual([0, 0]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test.each(
    orders.flatMap((moves) =>
      (['strict', 'allow_debt'] as const).map((clawback) => ({ moves, clawback })),
    ),
  )('by being paid out gains nothing: $moves, $clawback', async ({ moves, clawback }) => {
    const { kit, buys, points } = await fresh({ clawback });
    const own = 200;
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: own });
    const order = await buys();
    const parts = moves.filter((move) => move === 'refund').length === 1 ? [1_000] : [400, 600];
    let withdrawal = '';
    const does = {
      request: async () => {
        const asked = { customer: 'ann', amount: 600, currency: 'points', method: 'cheque' };
        const made = await kit.withdrawals.request({ ...asked, details: { to: 'Ann' } } as never);
        withdrawal = made.withdrawal.id;
      },
      approve: () => kit.withdrawals.approve({ withdrawal, reason }),
      pay: () => kit.withdrawals.markPaid({ withdrawal, reason }),
      refund: () => kit.orders.refund({ order, amount: parts.shift(), to: 'manual', reason }),
    };
    const outcomes: string[] = [];
    for (const move of moves) {
      // What was refused is not there to be approved.
      if (withdrawal === '' && (move === 'approve' || move === 'pay')) continue;
      outcomes.push(`${move} ${await codeOf(does[move]())}`);
    }

    const refunds = outcomes.filter((outcome) => outcome.startsWith('refund'));
    expect(refunds.every((outcome) => outcome === 'refund done')).toBe(true);
    const refused = outcomes.filter((outcome) => !outcome.endsWith('done'));
    for (const outcome of refused)
      expect(outcome).toMatch(/ (insufficient_balance|customer_owes)$/);

    // Whoever is still to be paid is told no; then what she earns makes good what she owes.
    if (withdrawal !== '' && !outcomes.includes('pay done'))
      await kit.withdrawals.reject({ withdrawal, reason });
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });
    const { items } = await kit.referrals.events({ outstanding: true });
    for (const { event } of items.filter((one) => one.reverses !== null))
      await kit.referrals.collect({ reversal: event, idempotencyKey: `collect ${event}`, reason });

    const paidOut = outcomes.includes('pay done') ? 600 : 0;
    expect((await points('ann')) + paidOut).toBe(own + 1_000);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('by asking for the same many times in one transaction is answered with the first', async () => {
    const { kit, points } = await fresh();
    await kit.wallet.credit({ customer: 'bob', unit: 'points', amount: 100 });
    const bought = { alias: 'purchase', customer: 'bob', externalId: 'one' } as const;
    const asked = {
      customer: 'bob',
      amount: 10,
      currency: 'points',
      method: 'cheque',
      details: { to: 'Bob' },
      idempotencyKey: 'out',
    } as const;
    const order = { customer: 'bob', offer: 'pack', idempotencyKey: 'buy' } as const;

    const answers = await bursar.transaction(async (all) => {
      const inner = all.tenant(`farm${tenants}`);
      const events = await Promise.all(times(5).map(() => inner.referrals.trigger(bought)));
      const withdrawals = await Promise.all(times(5).map(() => inner.withdrawals.request(asked)));
      const orders = await Promise.all(times(5).map(() => inner.orders.create(order)));
      const back = { event: events[0]?.event ?? '', reason };
      const reversals = await Promise.all(times(5).map(() => inner.referrals.reverse(back)));
      return { events, withdrawals, orders, reversals };
    });

    for (const all of Object.values(answers)) {
      expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
    }
    expect(new Set(answers.withdrawals.map((one) => one.withdrawal.id)).size).toBe(1);
    expect(new Set(answers.orders.map((one) => one.order.id)).size).toBe(1);
    expect([await points('ann'), await points('bob')]).toEqual([0, 100]);
    expect((await kit.wallet.balance({ customer: 'bob', unit: 'points' })).held).toBe(10);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
