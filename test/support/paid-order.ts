/** A shop whose orders are paid at the test gateway, for suites about what that gateway says by itself. */
import {
  defineCatalog,
  type EventMap,
  type TestGateway,
  type TestRefundOutcome,
  testGateway,
} from '@bursar/core';
import { createTestBursar } from '@bursar/core/testing';
import { expect } from 'vitest';
import { silentLogger } from './silent-logger.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: { export: { kind: 'boolean' } },
  plans: { pro: { period: 'P1M', price: { EUR: 1000 }, features: { export: true } } },
  offers: {
    pack: { price: { EUR: 1000 }, grants: { points: 100 } },
    short: { price: { EUR: 1000 }, cycle: 'P10D', grants: { points: 100 } },
  },
});
const ann = { customer: 'ann' } as const;
const points = { ...ann, unit: 'points' } as const;
const returnUrl = 'https://app.example/bought';

/** Webhooks are signed at the test clock's beginning, and believed however much later it is. */
const clock = { now: () => new Date('2026-01-01T00:00:00Z') };
const toleranceSeconds = 100_000_000;

const open = (database: string, gateways: ReadonlyMap<string, TestGateway>) =>
  createTestBursar({
    ...{ catalog, database, logger: silentLogger, triggers: { sale: {} } },
    gateways: async (tenant) => ({ test: gateways.get(tenant) ?? testGateway() }),
  });
type Kit = ReturnType<Awaited<ReturnType<typeof open>>['tenant']>;

/** Shops of one kit on a test clock, each a tenant with a gateway of its own. */
export async function openMall(database: string) {
  const gateways = new Map<string, TestGateway>();
  const shared = await open(database, gateways);
  return {
    shop(refunds: readonly TestRefundOutcome[] = []) {
      const name = `shop-${gateways.size}`;
      const gateway = testGateway({ refunds, clock, toleranceSeconds });
      gateways.set(name, gateway);
      const kit = shared.tenant(name);
      return { kit, gateway, buy: (asked?: Buy) => buy(kit, gateway, asked) };
    },
    advance: (by: Parameters<typeof shared.advance>[0]) => shared.advance(by),
    transaction: shared.transaction,
    close: () => shared.close(),
  };
}

type Buy = { readonly offer?: 'pack' | 'short' | 'pro'; readonly isTold?: boolean };

/** An order, whose payment the gateway has made and, unless said, told of. */
async function buy(kit: Kit, gateway: TestGateway, { offer = 'pack', isTold = true }: Buy = {}) {
  const asked = offer === 'pro' ? { plan: offer } : { offer };
  const { order } = await kit.orders.create({ ...ann, ...asked, returnUrl });
  const payment = gateway.payments().at(-1)?.id ?? '';
  const tell = async (told: Parameters<TestGateway['webhook']>[0] = payment) =>
    (await kit.payments.webhook({ gateway: 'test', ...gateway.webhook(told) })).outcome;
  if (isTold) await tell();
  return {
    ...{ id: order.id, payment, tell },
    /** Somebody gives money back at the gateway itself. */
    back: (amount: number, key = `dashboard-${amount}`) =>
      gateway.refund({ payment, sum: { amount, currency: 'EUR', scale: 2 }, idempotencyKey: key }),
    order: () => kit.orders.get({ ...ann, order: order.id }),
    /** Settled and held. */
    left: async () => {
      const { settled, held } = await kit.wallet.balance(points);
      return [settled, held];
    },
    use: (amount: number) => kit.wallet.debit({ ...points, amount }),
    allowed: async () => (await kit.check({ ...ann, feature: 'export' })).allowed,
    /** Oldest first. */
    news: async (type: keyof EventMap) =>
      (await kit.events.history({ types: [type] })).items.map(({ data }) => data).reverse(),
    right: async () => expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] }),
  };
}
