/**
 * Whatever is done in whatever order at whatever times: the ledger, which works out late who paid, and a model that does
 * so at once, agree on what is left of every grant.
 *
 * The suites run 2,000 sequences that are compared after every step, 600 of them on the embedded database, and a quarter
 * as many that are read ahead of time. BURSAR_PROPERTY_RUNS asks for another number of each kind on each database.
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
import type { Engine } from '../support/databases.ts';
import { describeMigrated, type MigratedDatabase } from '../support/kernel.ts';
import { PaperAndLedger } from './paper-and-ledger.ts';
import { MINUTE, type Sequence, sequences } from './steps.ts';

const start = new Date('2026-01-10T00:00:00Z');
const seed = Number(process.env.BURSAR_SEED ?? 2026);
let tenants = 0;

/** How much is run where: sequences of each kind, and how many are under way at once, each on books of its own. */
export type Size = { readonly engine: Engine; readonly runs: number; readonly atOnce: number };

/** The suite on one database. */
export function describeAgreement({ engine, runs: usual, atOnce }: Size): void {
  const runs = Number(process.env.BURSAR_PROPERTY_RUNS ?? usual);
  describeMigrated(
    'random sequences',
    (make) => {
      let home: MigratedDatabase;
      beforeAll(async () => {
        home = await make();
      });
      const begin = ({ plan }: Sequence) => {
        const open = (planOf: PlanOf) => openBooks(home.database, `property${++tenants}`, planOf);
        return new PaperAndLedger(open, start, plan);
      };

      test(`${runs} agree with an eager model after every step, and verify at the end`, async () => {
        await assertAtOnce({ runs, atOnce, met }, sequences(30), async (sequence) => {
          const both = begin(sequence);
          for (const one of sequence.steps) {
            await both.run(one);
            await both.compare();
          }
          expect(await verify(await both.scope())).toEqual({ ok: true, broken: [] });
        });
      }, 600_000);

      const ahead = fc.record({
        sequence: sequences(20),
        minutes: fc.integer({ min: 1, max: 60 }),
      });
      test(`${runs / 4} read ahead of time what will be booked when that time comes`, async () => {
        await assertAtOnce({ runs: runs / 4, atOnce }, ahead, async ({ sequence, minutes }) => {
          const both = begin(sequence);
          for (const one of sequence.steps) await both.run(one);
          await readAhead(await both.books.at(new Date(both.ann.now + minutes * 60_000)));
        });
      }, 600_000);
    },
    [engine],
  );
}

const uncapped = { per: MINUTE, max: null };

/** What once failed, and is run first. */
const met: Sequence[] = [
  {
    // A hold that ends in a window whose quota shrank meanwhile: what it returns must not roll over.
    plan: {
      quota: 25,
      suspended: false,
      period: 6 * MINUTE,
      priority: 0,
      rolloverMax: 7,
      ...uncapped,
    },
    steps: [
      { do: 'hold', amount: 1, lasts: 1 },
      { do: 'quota', quota: 0, suspended: false },
      { do: 'advance', minutes: 6 },
      { do: 'spend', amount: 1 },
    ],
  },
  {
    // The same where nothing was left to take when it shrank.
    plan: {
      quota: 6,
      suspended: false,
      period: 11 * MINUTE,
      priority: 1,
      rolloverMax: 7,
      ...uncapped,
    },
    steps: [
      { do: 'hold', amount: 1, lasts: 1 },
      { do: 'spend', amount: 5 },
      { do: 'quota', quota: 0, suspended: false },
      { do: 'advance', minutes: 11 },
      { do: 'spend', amount: 1 },
    ],
  },
  {
    // And where the hold ends at the very instant at which the window does.
    plan: {
      quota: 17,
      suspended: false,
      period: 11 * MINUTE,
      priority: 0,
      rolloverMax: 7,
      ...uncapped,
    },
    steps: [
      { do: 'hold', amount: 1, lasts: 11 },
      { do: 'quota', quota: 0, suspended: false },
      { do: 'advance', minutes: 11 },
      { do: 'spend', amount: 1 },
    ],
  },
  {
    // And where another hold of that window ends only after it.
    plan: {
      quota: 17,
      suspended: false,
      period: 11 * MINUTE,
      priority: 0,
      rolloverMax: 7,
      ...uncapped,
    },
    steps: [
      { do: 'hold', amount: 1, lasts: 2 },
      { do: 'hold', amount: 1, lasts: 12 },
      { do: 'quota', quota: 1, suspended: false },
      { do: 'advance', minutes: 12 },
      { do: 'spend', amount: 1 },
    ],
  },
];

/** As many runs, from `atOnce` seeds at once: each is repeated by the seed that its failure names. */
async function assertAtOnce<T>(
  { runs, atOnce, met = [] }: { runs: number; atOnce: number; met?: T[] },
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => Promise<void>,
): Promise<void> {
  const numRuns = Math.ceil(runs / atOnce);
  await Promise.all(
    Array.from({ length: atOnce }, (_, lane) =>
      fc.assert(fc.asyncProperty(arbitrary, holds), {
        ...{ numRuns, seed: seed + lane },
        examples: lane === 0 ? met.map((one) => [one]) : [],
      }),
    ),
  );
}

async function readAhead(later: Awaited<ReturnType<PaperAndLedger['scope']>>): Promise<void> {
  const customer = await getCustomer(later, 'ann').catch(() => null);
  if (!customer) return;

  const read = await readBalance(later, { customer: 'ann', unit: 'points' });
  await later.transaction((scope) => settleBalances(scope, { customer, units: ['points'] }));
  const booked = await readBalance(later, { customer: 'ann', unit: 'points' });

  expect(figuresIn(read)).toEqual(figuresIn(booked));
  expect((await verify(later)).broken).toEqual([]);
}

/** Without what only a row in the database has. */
function figuresIn({
  exists: _,
  validUntil: __,
  epoch: ___,
  row: ____,
  grants,
  ...figures
}: Projected) {
  return { ...figures, grants: grants.map((grant) => ({ ...grant, id: null })) };
}
