/**
 * Whatever is done in whatever order at whatever times: the ledger, which works out late who paid, and a model that does
 * so at once, agree on what is left of every grant. BURSAR_PROPERTY_RUNS asks for more sequences.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { getCustomer } from '../../packages/core/src/customers/index.ts';
import {
  type PlanOf,
  type Projected,
  readBalance,
  settleBalances,
  verify,
} from '../../packages/core/src/ledger/index.ts';
import { openBooks } from '../support/books.ts';
import { describeMigrated, type MigratedDatabase } from '../support/kernel.ts';
import { PaperAndLedger } from './paper-and-ledger.ts';
import { type Sequence, sequences } from './steps.ts';

const start = new Date('2026-01-10T00:00:00Z');
const seed = Number(process.env.BURSAR_SEED ?? 2026);
let tenants = 0;

describeMigrated('random sequences', (make, engine) => {
  const runs = Number(process.env.BURSAR_PROPERTY_RUNS ?? (engine === 'pglite' ? 60 : 20));
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const begin = ({ plan }: Sequence) => {
    const open = (planOf: PlanOf) => openBooks(home.database, `property${++tenants}`, planOf);
    return new PaperAndLedger(open, start, plan);
  };

  test('agree with an eager model after every step, and verify at the end', async () => {
    await fc.assert(
      fc.asyncProperty(sequences(30), async (sequence) => {
        const both = begin(sequence);
        for (const one of sequence.steps) {
          await both.run(one);
          await both.compare();
        }
        expect(await verify(await both.scope())).toEqual({ ok: true, broken: [] });
      }),
      { numRuns: runs, seed },
    );
  }, 600_000);

  test('read ahead of time what will be booked when that time comes', async () => {
    await fc.assert(
      fc.asyncProperty(sequences(20), fc.integer({ min: 1, max: 60 }), async (sequence, ahead) => {
        const both = begin(sequence);
        for (const one of sequence.steps) await both.run(one);
        const later = await both.books.at(new Date(both.ann.now + ahead * 60_000));
        const customer = await getCustomer(later, 'ann').catch(() => null);
        if (!customer) return;

        const read = await readBalance(later, { customer: 'ann', unit: 'points' });
        await later.transaction((scope) => settleBalances(scope, { customer, units: ['points'] }));
        const booked = await readBalance(later, { customer: 'ann', unit: 'points' });

        expect(figuresIn(read)).toEqual(figuresIn(booked));
        expect((await verify(later)).broken).toEqual([]);
      }),
      { numRuns: Math.ceil(runs / 2), seed },
    );
  }, 600_000);
});

/** Without what only a row in the database has. */
function figuresIn({ exists: _, validUntil: __, grants, ...figures }: Projected) {
  return { ...figures, grants: grants.map((grant) => ({ ...grant, id: null })) };
}
