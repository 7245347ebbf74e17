/** Subscriptions that a gateway charges by itself: its invoices say what is paid, once each, and past due follows from there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { defineCatalog } from '../catalog/index.ts';
import { type InvoiceFact, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const monthly = { period: 'P1M', price: { EUR: 2900 }, billing: 'gateway' } as const;
const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 } },
  features: { reports: { kind: 'metered' } },
  plans: {
    hosted: { ...monthly, features: { reports: { quota: 100 } } },
    soft: { ...monthly, fallback: 'free', features: { reports: { quota: 100 } } },
    tried: { ...monthly, trial: 'P14D', features: { reports: { quota: 100 } } },
    free: { period: 'P1M', features: { reports: { quota: 5 } } },
  },
});
const ann = { customer: 'ann' } as const;
const gateway = testGateway({
  clock: { now: () => new Date('2026-01-01T00:00:00Z') },
  toleranceSeconds: 100_000_000,
});
/** The gateway's subscription began ten seconds before ours. */
const ofMonth = (month: number, day = 1) => new Date(Date.UTC(2026, month - 1, day, 0, 0, -10));

/** The invoice of a month of 2026 for `sub_1`, paid. */
function invoiceOf(month: number, more: Partial<InvoiceFact> = {}): InvoiceFact {
  return {
    ...{ kind: 'invoice', invoice: `in_${month}`, subscription: 'sub_1', state: 'paid' },
    sum: { amount: 2900, currency: 'EUR', scale: 2 },
    ...{ periodStartsAt: ofMonth(month), periodEndsAt: ofMonth(month + 1) },
    ...{ externalCustomer: 'cus_1', nextAttemptAt: null, metadata: {} },
    ...more,
  };
}

describeDatabases('a subscription that a gateway charges', (makeUrl) => {
  let shared: Awaited<ReturnType<typeof open>>;
  let shops = 0;
  const open = (database: string) =>
    createTestBursar({ catalog, database, logger: silentLogger, gateways: { test: gateway } });
  beforeAll(async () => {
    shared = await open(await makeUrl());
  });
  afterAll(() => shared.close());

  /** A tenant of its own, whose subscription is known at the gateway as `sub_1`. */
  async function shop(plan: 'hosted' | 'soft' | 'tried' = 'hosted', startsAt?: string) {
    shops += 1;
    const name = `invoiced-${shops}`;
    const kit = shared.tenant(name);
    const external = { gateway: 'test', id: 'sub_1' };
    const { id } = await kit.subscribe({ ...ann, plan, external, startsAt });
    const events = async () => [...(await kit.events.history({ limit: 100 })).items].reverse();
    return {
      ...{ kit, name },
      tell: async (fact: InvoiceFact) =>
        (await kit.payments.webhook({ gateway: 'test', ...gateway.webhook(fact) })).outcome,
      /** Oldest first. */
      orders: async () => [...(await kit.orders.list(ann)).items].reverse(),
      subscription: () => kit.subscriptions.get({ ...ann, subscription: id }),
      left: async () => (await kit.check({ ...ann, feature: 'reports', amount: 0 })).available,
      faults: async () =>
        (await events())
          .filter(({ type }) => type === 'order.inconsistent')
          .map(({ data }) => data),
      story: async () =>
        (await events())
          .filter(({ type }) => /^(order|subscription)\.(?!updated)/.test(type))
          .map(({ at, type, data }) => {
            const { period, status } = data as { period?: number; status?: string };
            return [at.slice(0, 10), type, period, status].filter((one) => one !== undefined);
          })
          .map((words) => words.join(' ')),
    };
  }

  test('January is invoiced at once, February two days late, March never', async () => {
    const { tell, left, orders, story } = await shop();
    const soft = await shop('soft');
    const quiet = await shop();

    const outcomes = [await tell(invoiceOf(1)), await soft.tell(invoiceOf(1))];
    await shared.advanceTo('2026-02-03T00:00:00Z');
    const unpaid = [await left(), (await soft.subscription()).status];
    outcomes.push(await tell(invoiceOf(2)));
    const [january, february] = await orders();
    await shared.advanceTo('2026-03-03T23:59:59Z');
    outcomes.push(await tell(invoiceOf(3, { state: 'failed' })));
    const inTheWindow = await left();
    await shared.advanceTo('2026-06-01T00:00:00Z');
    const late = await tell(invoiceOf(3));

    expect(outcomes).toEqual(['applied', 'applied', 'applied', 'ignored']);
    expect([unpaid, inTheWindow, await left()]).toEqual([[100, 'past_due'], 100, 0]);
    expect([january, february]).toMatchObject([
      { period: 1, status: 'expired', method: 'test', total: { amount: 2900, unit: 'EUR' } },
      {
        ...{ period: 2, status: 'paid', startsAt: new Date('2026-02-01T00:00:00Z') },
        expiresAt: new Date('2026-03-01T00:00:00Z'),
      },
    ]);
    expect(await story()).toEqual([
      '2026-01-01 subscription.created active',
      '2026-01-01 order.created',
      '2026-01-01 order.paid',
      '2026-02-01 subscription.renewed 2 past_due',
      '2026-02-01 subscription.past_due 2 past_due',
      '2026-02-01 order.expired',
      '2026-02-03 order.created',
      '2026-02-03 order.paid',
      '2026-02-03 subscription.recovered 2 active',
      '2026-03-01 subscription.renewed 3 past_due',
      '2026-03-01 subscription.past_due 3 past_due',
      '2026-03-01 order.expired',
      '2026-03-04 subscription.canceled ended',
      '2026-03-04 subscription.ended ended',
      // Nothing revives it: the money is to be given back there.
      ...['2026-06-01 order.created', '2026-06-01 order.canceled', '2026-06-01 order.inconsistent'],
    ]);
    expect([late, (await orders()).at(-1)?.status]).toEqual(['flagged', 'canceled']);
    expect(await soft.subscription()).toMatchObject({ plan: 'free', billing: 'none' });
    expect(await soft.left()).toBe(5);
    // Nobody has ever told of an invoice of this one.
    expect((await quiet.subscription()).status).toBe('active');
  });

  test('is told by twenty at once, twice and in any order, and paid once per invoice', async () => {
    const { kit, tell, orders, subscription } = await shop('hosted', '2026-05-01T00:00:00Z');

    const newest = await Promise.all(Array.from({ length: 20 }, () => tell(invoiceOf(6))));
    const before = (await subscription()).status;
    const older = [await tell(invoiceOf(5)), await tell(invoiceOf(5)), await tell(invoiceOf(6))];

    expect(new Set([...newest, ...older])).toEqual(new Set(['applied']));
    expect((await orders()).map(({ period }) => period)).toEqual([2, 1]);
    expect([before, (await subscription()).status]).toEqual(['active', 'active']);
    expect(await kit.events.history({ types: ['order.inconsistent'] })).toMatchObject({
      items: [],
    });
  });

  test('is paid for also where sum or time do not fit, and that is said', async () => {
    const sums = { dear: [3900, 'EUR'], foreign: [2900, 'USD'], strange: [2900, 'XTS'] } as const;
    const told = Object.entries(sums).map(([invoice, [amount, currency]]) =>
      invoiceOf(6, { invoice, sum: { amount, currency, scale: 2 } }),
    );
    const shifted = { periodStartsAt: ofMonth(6, 4), periodEndsAt: ofMonth(7, 4) };
    const all = [...told, invoiceOf(6, { invoice: 'shifted', ...shifted })];

    for (const [index, fact] of all.entries()) {
      const { tell, orders, faults, subscription } = await shop();
      expect([await tell(fact), await tell(fact)]).toEqual(['flagged', 'applied']);
      const because = ['amount', 'currency', 'currency', 'period'][index];
      expect(await faults()).toMatchObject([{ payment: null, invoice: fact.invoice, because }]);
      const total = [3900, 2900, 0, 2900][index];
      expect(await orders()).toMatchObject([
        { period: 1, status: 'paid', total: { amount: total, unit: index === 1 ? 'USD' : 'EUR' } },
      ]);
      expect((await subscription()).status).toBe('active');
    }
  });

  test('keeps what is charged beside the period, which was paid already', async () => {
    const { tell, orders, faults } = await shop();
    await tell(invoiceOf(6));
    const rest = { amount: 700, currency: 'EUR', scale: 2 };

    const outcome = await tell(invoiceOf(6, { invoice: 'rest', sum: rest }));

    expect(outcome).toBe('flagged');
    expect(await faults()).toMatchObject([{ invoice: 'rest', because: 'duplicate' }]);
    expect(await orders()).toMatchObject([
      { period: 1, status: 'paid' },
      { period: null, status: 'paid', total: { amount: 700 } },
    ]);
  });

  test('owes nothing for its trial: the first invoice of money is that of its end', async () => {
    const { tell, orders, faults } = await shop('tried');
    const nothing = { amount: 0, currency: 'EUR', scale: 2 };
    const trial = { periodStartsAt: ofMonth(6), periodEndsAt: ofMonth(6, 15) };

    const outcomes = [
      await tell(invoiceOf(6, { invoice: 'trial', sum: nothing, ...trial })),
      await tell(invoiceOf(6, { periodStartsAt: ofMonth(6, 15), periodEndsAt: ofMonth(7, 15) })),
    ];

    // Ours is the rest of the period, at its part of the price.
    expect(outcomes).toEqual(['ignored', 'flagged']);
    expect(await faults()).toMatchObject([{ because: 'amount' }]);
    expect(await orders()).toMatchObject([{ period: 1, status: 'paid' }]);
  });

  test('is nobody else’s: an unknown one and one of another tenant change nothing', async () => {
    const { kit, tell, orders, name } = await shop();
    const other = await shop();
    const stranger = shared.tenant('invoiced-stranger');

    const outcomes = [
      await tell(invoiceOf(6, { subscription: 'sub_2' })),
      await tell(invoiceOf(6, { metadata: { tenant: other.name } })),
      (await stranger.payments.webhook({ gateway: 'test', ...gateway.webhook(invoiceOf(6)) }))
        .outcome,
    ];
    const none = await orders();
    const own = await tell(invoiceOf(6, { metadata: { tenant: name } }));

    expect(outcomes).toEqual(['ignored', 'flagged', 'ignored']);
    expect([none, own]).toEqual([[], 'applied']);
    expect(await other.orders()).toEqual([]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('owes nothing for what was before the first invoice that is told, and follows from there', async () => {
    const { kit, tell, subscription } = await shop();
    await shared.advanceTo('2026-07-02T00:00:00Z');
    const before = await subscription();

    await tell(invoiceOf(7));
    const adopted = await subscription();
    await shared.advanceTo('2026-08-02T00:00:00Z');

    const pastDue = await kit.subscriptions.list({ status: 'past_due' });
    expect([before.status, adopted.status]).toEqual(['active', 'active']);
    expect(pastDue.items).toMatchObject([{ id: before.id, status: 'past_due', endsAt: null }]);
    await tell(invoiceOf(8));
    expect(await kit.subscriptions.list({ status: 'past_due' })).toMatchObject({ items: [] });
    expect((await subscription()).status).toBe('active');
  });
});
