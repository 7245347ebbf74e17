/**
 * A thousand lives of payments, told to the kit by webhooks in every order, twice, late and in part: the order ends as if all had
 * come in order, and nothing is granted twice, or for a payment that does not fit.
 *
 * BURSAR_PROPERTY_RUNS asks for another number on each database, BURSAR_SEED for others.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '../support/databases.ts';
import { type Life, lives, outcomeOf, type Telling, tellings } from './payment-lives.ts';
import { openShop, type Spoil } from './told-payment.ts';

const seed = Number(process.env.BURSAR_SEED ?? 2026);
const timeout = 1_200_000;

describeDatabases('lives of payments', (makeUrl, engine) => {
  const isEmbedded = engine === 'pglite';
  const runs = Number(process.env.BURSAR_PROPERTY_RUNS ?? (isEmbedded ? 60 : 1_000));
  let count = 0;
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop(await makeUrl());
  });
  afterAll(() => shop.close());

  /** From several seeds at once: each is repeated by the one that its failure names. */
  const assertAll = <T>(count: number, all: fc.Arbitrary<T>, holds: (one: T) => Promise<void>) => {
    const lanes = isEmbedded ? 1 : 6;
    const numRuns = Math.ceil(count / lanes);
    return Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        fc.assert(fc.asyncProperty(all, holds), { numRuns, seed: seed + lane }),
      ),
    );
  };

  async function toldInOrder(life: Life) {
    const payment = await shop.order();
    for (const place of life.keys()) {
      await payment.live(life, place, place + 1);
      await payment.tell(life, place, { id: `${place}` });
    }
    return payment.outcome();
  }

  async function toldAnyhow({ life, order, sameIds, atOnce }: Telling) {
    const payment = await shop.order();
    await payment.live(life, 0, life.length);
    const words = order.map((place, index) => ({ place, id: sameIds ? `${place}` : `${index}` }));
    if (atOnce) await Promise.all(words.map(({ place, id }) => payment.tell(life, place, { id })));
    else for (const { place, id } of words) await payment.tell(life, place, { id });
    await payment.ask();
    return payment.outcome();
  }

  test(
    `${runs} end alike in every order, with repeats, late words and lost ones`,
    async () => {
      await assertAll(runs, tellings, async (telling) => {
        const grants = telling.life.some(({ state }) => state === 'succeeded') ? 1 : 0;
        const expected = { ...outcomeOf(telling.life), grants, inconsistent: [] };
        expect(await toldAnyhow(telling)).toEqual(expected);
        // What is worked out from the last of everything is what comes of all of it in order.
        count += 1;
        if (count % 4 === 0) expect(await toldInOrder(telling.life)).toEqual(expected);
      });
      expect(await shop.kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
    timeout,
  );

  const faults: Readonly<Record<string, Spoil>> = {
    amount: (one) => ({ ...one, received: { amount: 999, currency: 'EUR', scale: 2 } }),
    currency: (one) => ({ ...one, received: { amount: 1_000, currency: 'USD', scale: 2 } }),
    customer: (one) => ({ ...one, metadata: { ...one.metadata, customer: 'somebody else' } }),
    tenant: (one) => ({ ...one, metadata: { ...one.metadata, tenant: 'another' } }),
    order: (one) => ({ ...one, metadata: { ...one.metadata, order: 'ord_another' } }),
    mode: (one) => ({ ...one, livemode: true }),
  };
  const wrong = fc.record({ life: lives, because: fc.constantFrom(...Object.keys(faults)) });

  test(
    `${runs / 5} of payments that do not fit grant nothing, are flagged, and stand in no way`,
    async () => {
      await assertAll(runs / 5, wrong, async ({ life, because }) => {
        const spoil = faults[because] as Spoil;
        const payment = await shop.order();
        const bad = [...life.keys()].filter((place) => {
          const { about, state } = life[place] as Life[number];
          return about === 'payment' && state === 'succeeded';
        });
        for (const place of bad)
          expect(await payment.tell(life, place, { id: `bad-${place}`, spoil })).toBe('flagged');
        const flagged = await payment.outcome();
        for (const place of life.keys()) {
          await payment.live(life, place, place + 1);
          await payment.tell(life, place, { id: `${place}` });
        }

        const inconsistent = bad.length > 0 ? [because] : [];
        const nothing = { status: 'pending', refunded: 0, disputed: false, settled: 0, held: 0 };
        expect(flagged).toEqual({ ...nothing, grants: 0, inconsistent });
        const grants = life.some(({ state }) => state === 'succeeded') ? 1 : 0;
        expect(await payment.outcome()).toEqual({ ...outcomeOf(life), grants, inconsistent });
      });
      expect(await shop.kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
    timeout,
  );
});
