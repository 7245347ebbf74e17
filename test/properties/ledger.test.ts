/**
 * Whatever is done in whatever order at whatever times: the ledger, which works out late who paid, and a model that does
 * so at once, agree on what is left of every grant. BURSAR_PROPERTY_RUNS asks for more sequences.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { getCustomer } from '../../packages/core/src/customers/index.ts';
import { readBalance, settleBalances, verify } from '../../packages/core/src/ledger/index.ts';
import { openBooks } from '../support/books.ts';
import { describeMigrated, type MigratedDatabase } from '../support/kernel.ts';
import { PaperAndLedger, type Step } from './paper-and-ledger.ts';

const start = new Date('2026-01-10T00:00:00Z');
const amount = fc.integer({ min: 1, max: 15 });
const which = fc.nat({ max: 50 });
const minutes = fc.integer({ min: 1, max: 12 });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });

const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(
    4,
    fc.record({
      do: fc.constant('credit' as const),
      amount: fc.integer({ min: 1, max: 25 }),
      priority: fc.constantFrom(0, 0, 0, 1, 2),
      lasts: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
    }),
  ),
  weighted(6, fc.record({ do: fc.constant('spend' as const), amount })),
  weighted(4, fc.record({ do: fc.constant('hold' as const), amount, lasts: minutes })),
  weighted(
    3,
    fc.record({ do: fc.constant('capture' as const), which, amount, keep: fc.boolean() }),
  ),
  weighted(2, fc.record({ do: fc.constant('release' as const), which })),
  weighted(4, fc.record({ do: fc.constant('giveBack' as const), which, amount })),
  weighted(1, fc.record({ do: fc.constant('void' as const), which })),
  weighted(2, fc.record({ do: fc.constant('transfer' as const), amount })),
  weighted(3, fc.record({ do: fc.constant('advance' as const), minutes })),
);

let tenants = 0;

describeMigrated('random sequences', (make, engine) => {
  const runs = Number(process.env.BURSAR_PROPERTY_RUNS ?? (engine === 'pglite' ? 60 : 20));
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = () => openBooks(home.database, `property${++tenants}`);

  test('agree with an eager model after every step, and verify at the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const both = new PaperAndLedger(fresh(), start);
        for (const one of steps) {
          await both.run(one);
          await both.compare();
        }
        expect(await verify(await both.scope())).toEqual({ ok: true, broken: [] });
      }),
      { numRuns: runs },
    );
  }, 600_000);

  test('read ahead of time what will be booked when that time comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 20 }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, ahead) => {
          const both = new PaperAndLedger(fresh(), start);
          for (const one of steps) await both.run(one);
          const later = await both.books.at(new Date(both.ann.now + ahead * 60_000));
          const customer = await getCustomer(later, 'ann').catch(() => null);
          if (!customer) return;

          const read = await readBalance(later, { customer: 'ann', unit: 'points' });
          await later.transaction((scope) =>
            settleBalances(scope, { customer, units: ['points'] }),
          );
          const booked = await readBalance(later, { customer: 'ann', unit: 'points' });

          expect({ ...read, validUntil: null, exists: null }).toEqual({
            ...booked,
            validUntil: null,
            exists: null,
          });
          expect((await verify(later)).broken).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(runs / 2) },
    );
  }, 600_000);
});
