/** One order of one customer, its payment at the test gateway, and a life of that payment told to the kit. */
import {
  defineCatalog,
  type GatewayFact,
  type GatewayPayment,
  type GatewayRefund,
  isBursarError,
  type TestGateway,
  testGateway,
} from '@bursar/core';
import { createTestBursar } from '@bursar/core/testing';
import { expect } from 'vitest';
import type { QueryClient } from '../../packages/core/src/kernel/index.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { type Life, type Moment, type Outcome, TOTAL, UNITS } from './payment-lives.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  plans: {},
  offers: { pack: { price: { EUR: TOTAL }, grants: { points: UNITS } } },
});
const eur = (amount: number) => ({ amount, currency: 'EUR', scale: 2 });
const now = new Date('2026-01-01T00:00:00Z');
const minute = 60_000;

const openKit = (database: string, gateway: TestGateway) =>
  createTestBursar({ catalog, database, logger: silentLogger, gateways: { test: gateway } });
type Kit = Awaited<ReturnType<typeof openKit>>;

/** A kit, and a gateway that does nothing by itself: payments are under way until a life moves them. */
export async function openShop(database: string) {
  const gateway = testGateway({
    ...{ payments: ['delay'], clock: { now: () => now }, toleranceSeconds: 86_400 },
  });
  const kit = await openKit(database, gateway);
  let customers = 0;
  return {
    kit,
    close: () => kit.close(),
    async order(): Promise<ToldPayment> {
      customers += 1;
      const customer = `payer-${customers}`;
      const { order } = await kit.orders.create({
        ...{ customer, offer: 'pack', returnUrl: 'https://app.example/bought' },
      });
      const made = gateway.payments().find(({ metadata }) => metadata.order === order.id);
      if (!made) throw new Error('The gateway has no such payment.');
      return new ToldPayment(kit, gateway, { customer, order: order.id, made });
    },
  };
}

type Of = { readonly customer: string; readonly order: string; readonly made: GatewayPayment };

/** What the gateway has of it moves by `live`; what the kit hears of it, by `tell`. */
export class ToldPayment {
  readonly #kit: Kit;
  readonly #gateway: TestGateway;
  readonly #of: Of;
  readonly #refunds = new Map<number, GatewayRefund>();

  constructor(kit: Kit, gateway: TestGateway, of: Of) {
    this.#kit = kit;
    this.#gateway = gateway;
    this.#of = of;
  }

  /** The gateway's own moves, as far as that moment. */
  async live(life: Life, from: number, until: number): Promise<void> {
    const { id } = this.#of.made;
    for (const [place, { state, part, dispute }] of life.entries()) {
      if (place < from || place >= until) continue;
      const outcome = outcomes[state];
      if (outcome && life[place - 1]?.state !== state) this.#gateway.settle(id, outcome);
      if (dispute) this.#gateway.dispute(id);
      if (part === 0) continue;
      const asked = { payment: id, sum: eur(part), idempotencyKey: `${id}-${place}` };
      this.#refunds.set(place, await this.#gateway.refund(asked));
    }
  }

  /** @param id Of the event; given twice, the second is a repeat. */
  async tell(life: Life, place: number, { id, spoil = asItIs }: Telling): Promise<string> {
    const moment = life[place];
    if (!moment) throw new Error(`There is no moment ${place}.`);
    const at = new Date(now.getTime() - (life.length - place) * minute);
    const fact = this.#factOf(moment, place, spoil);
    const sent = this.#gateway.webhook(fact, { id: `${this.#of.made.id}-${id}`, at });
    const { outcome } = await this.#kit.payments.webhook({ gateway: 'test', ...sent });
    return outcome;
  }

  /** The last state: asked for while it is not paid, and with the next word of any refund once it is. */
  async ask(): Promise<void> {
    const { order, made } = this.#of;
    try {
      await this.#kit.orders.confirm({ customer: this.#of.customer, order });
    } catch (error) {
      if (!isBursarError(error) || !['duplicate_payment', 'invalid_state'].includes(error.code))
        throw error;
    }
    const [refund] = this.#refunds.values();
    if (!refund) return;
    const sent = this.#gateway.webhook({ kind: 'refund', payment: made.id, refund }, { at: now });
    await this.#kit.payments.webhook({ gateway: 'test', ...sent });
  }

  async outcome(): Promise<Outcome & { readonly grants: number; readonly inconsistent: string[] }> {
    const { customer, order: id } = this.#of;
    const order = await this.#kit.orders.get({ customer, order: id });
    const { settled, held } = await this.#kit.wallet.balance({ customer, unit: 'points' });
    const steps = await this.#steps();
    const of = (status: string) => steps.filter((step) => step.status === status);
    expect(order.outstanding).toEqual([]);
    return {
      ...{ status: order.status, refunded: order.refunded.amount, disputed: order.disputed },
      ...{ settled, held, grants: of('paid').length },
      inconsistent: of('inconsistent').map(({ because }) => String(because)),
    };
  }

  /** When it was paid for, and what did not fit. */
  #steps(): Promise<readonly Record<string, unknown>[]> {
    return this.#kit.transaction(async (_, tx) => {
      const { rows } = await (tx as unknown as QueryClient).query(
        `select status, payload ->> 'because' as because from bursar.order_history
          where order_id = $1 and (status = 'inconsistent' or (status = 'paid' and payload ? 'payment'))
          order by sequence`,
        [this.#of.order],
      );
      return rows as Record<string, unknown>[];
    });
  }

  #factOf(
    { about, state, back, tells, dispute }: Moment,
    place: number,
    spoil: Spoil,
  ): GatewayFact {
    const { made } = this.#of;
    const payment = made.id;
    if (about === 'dispute' && dispute) {
      const { id, stage, sum } = dispute;
      const name = `${payment}-${id}`;
      return {
        kind: 'dispute',
        payment,
        dispute: name,
        state: stage,
        sum: eur(sum),
        reason: 'fraudulent',
      };
    }
    const refund = this.#refunds.get(place);
    if (about === 'refund' && refund) return { kind: 'refund', payment, refund };
    const received = state === 'succeeded' ? eur(TOTAL) : null;
    const told = { refunded: tells ? eur(back) : null, disputed: null };
    return { kind: 'payment', payment: spoil({ ...made, state, received, ...told }) };
  }
}

export type Spoil = (payment: GatewayPayment) => GatewayPayment;
const asItIs: Spoil = (payment) => payment;
type Telling = { readonly id: string; readonly spoil?: Spoil };

const outcomes = {
  open: null,
  processing: 'delay',
  needs_payment_method: 'refuse',
  needs_action: 'need_action',
  succeeded: 'succeed',
  canceled: 'cancel',
} as const;
