/**
 * `npm run bench`: the cheap set, about five minutes; `npm run bench full`: what growth and further processes cost. Every ratio has its baseline in the same run, and the books of both
 * sides are checked afterwards: a benchmark whose books are wrong does not count.
 */
import { createBursar } from '@bursar/core';
import { startServer } from '../support/server.ts';
import { aims } from './aims.ts';
import { openBaselines } from './baselines.ts';
import { catalog } from './catalog.ts';
import { benchFull, onFresh } from './full.ts';
import { benchGuards } from './guards.ts';
import { type Contender, measure, print, type Setting } from './measure.ts';
import { openNaivePglite } from './naive-pglite.ts';

const SPREAD = 10_000;
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const at = (concurrency: number): Setting => ({ concurrency, seconds, rounds });

// The kits as hosts make them, built, with the logger they have unless they say otherwise.
async function onPostgres(url: string): Promise<boolean> {
  const bursar = createBursar({ catalog, database: url });
  const alone = createBursar({ catalog, database: url, batch: false });
  await Promise.all([bursar.ready(), alone.ready()]);
  const hand = await openBaselines(url, SPREAD);
  let keys = 0;
  const spend = (account: number) =>
    bursar.tryConsume({ customer: `c${account}`, feature: 'calls' });
  const byHand = (account: () => number): Contender[] => [
    {
      name: 'one statement, by hand',
      run: () => hand.oneStatement(account()),
      target: 'oneStatement',
    },
    {
      name: 'interactive transaction, by hand',
      run: () => hand.interactive(account()),
      target: 'interactive',
    },
  ];
  const hot: Contender[] = [
    { name: 'bursar.tryConsume', run: () => spend(0) },
    {
      name: 'bursar, each under a key',
      run: () =>
        bursar.tryConsume({ customer: 'c0', feature: 'calls', idempotencyKey: `k${keys++}` }),
    },
    {
      name: 'bursar, batch: false',
      run: () => alone.tryConsume({ customer: 'c0', feature: 'calls' }),
    },
    ...byHand(() => 0),
  ];
  const any = () => Math.floor(Math.random() * SPREAD);
  const spread = [{ name: 'bursar.tryConsume', run: () => spend(any()) }, ...byHand(any)];
  for (let index = 0; index < SPREAD; index += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, offset) => spend(index + offset)));
  }
  await hand.analyze();
  for (const concurrency of [1, 8, 64]) {
    const figures = await measure(hot, at(concurrency));
    print(`one hot balance, ${concurrency} at once`, figures, aims.hot[concurrency]);
  }
  print(`${SPREAD} balances, 64 at once`, await measure(spread, at(64)), aims.spread);
  print('grants of the balance, 32 at once', await measure(await withGrants(bursar), at(32)));
  print('checks, 32 at once', await measure(checks(bursar), at(32)));
  const passed = await benchGuards(bursar, at(64));
  const verdict = await bursar.ledger.verify();
  const books = passed && verdict.ok && (await hand.check());
  console.log(
    `\nbooks on PostgreSQL: ${books ? 'right' : `WRONG ${JSON.stringify(verdict.broken)}`}`,
  );
  await hand.close();
  await bursar.close();
  await alone.close();
  return books;
}

function checks(bursar: ReturnType<typeof kitType>): Contender[] {
  return [
    {
      name: 'check of a metered feature',
      run: () => bursar.check({ customer: 'c0', feature: 'calls' }),
    },
    {
      name: 'check of a boolean feature',
      run: () => bursar.check({ customer: 'c0', feature: 'reports' }),
    },
  ];
}

/** The same spend with nothing but one grant, and with a thousand live ones. */
async function withGrants(bursar: ReturnType<typeof kitType>): Promise<Contender[]> {
  for (const [customer, grants] of [
    ['one', 1],
    ['ten', 10],
    ['many', 1_000],
  ] as const) {
    for (let index = 0; index < grants; index += 1) {
      await bursar.wallet.credit({ customer, unit: 'points', amount: 1_000_000 });
    }
  }
  const debit = (customer: string) => () =>
    bursar.wallet.debit({ customer, unit: 'points', amount: 1 });
  return [
    { name: '1,000 grants', run: debit('many') },
    { name: '10 grants', run: debit('ten') },
    { name: '1 grant', run: debit('one') },
  ];
}

const kitType = () => createBursar({ catalog });

async function onPglite(): Promise<boolean> {
  const bursar = createBursar({ catalog, database: 'memory://' });
  await bursar.ready();
  const naive = await openNaivePglite();
  const contenders = [
    {
      name: 'bursar.tryConsume',
      run: () => bursar.tryConsume({ customer: 'ann', feature: 'calls' }),
    },
    {
      name: 'interactive transaction, by hand',
      run: naive.spend,
      target: 'interactive' as const,
    },
  ];
  await contenders[0]?.run();
  for (const concurrency of [1, 32]) {
    const figures = await measure(contenders, { concurrency, seconds, rounds });
    print(`PGlite, one hot balance, ${concurrency} at once`, figures, aims.pglite[concurrency]);
  }
  await naive.close();
  const { ok } = await bursar.ledger.verify();
  console.log(`\nbooks on PGlite: ${ok ? 'right' : 'WRONG'}`);
  await bursar.close();
  return ok;
}

const server = process.env.TEST_DATABASE_URL ? null : await startServer({ durable: true });
const adminUrl = process.env.TEST_DATABASE_URL ?? server?.adminUrl ?? '';
const cheap = async () => [await onFresh(adminUrl, onPostgres), await onPglite()];
const right = process.argv.includes('full')
  ? await benchFull(adminUrl, { seconds, rounds })
  : await cheap();
await server?.stop();
process.exitCode = right.every(Boolean) ? 0 : 1;
