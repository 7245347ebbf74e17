/**
 * The set that is run by hand (`npm run bench full`, about five minutes): what the size of a ledger costs, what further
 * processes on one balance do, what checking and filling books costs.
 */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { startProcess } from '../support/processes.ts';
import { openBaselines } from './baselines.ts';
import { catalog } from './catalog.ts';
import { measure, print } from './measure.ts';

type Length = { readonly seconds: number; readonly rounds: number };

/** On a database of its own, which is gone afterwards. */
export async function onFresh<T>(adminUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const admin = postgres(adminUrl, { max: 1 });
  databases += 1;
  const name = `bursar_bench_${process.pid}_${databases}`;
  await admin.unsafe(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  }
}

let databases = 0;

/** Every part's verdict on its books. */
export async function benchFull(adminUrl: string, length: Length): Promise<boolean[]> {
  return [
    await onFresh(adminUrl, (url) => benchProcesses(url, length)),
    await onFresh(adminUrl, benchImport),
    await benchGrowth(adminUrl, length),
  ];
}

const customers = 1_000;

/** Ledgers of three sizes side by side: the same spends over the same number of balances. */
async function benchGrowth(adminUrl: string, { seconds, rounds }: Length): Promise<boolean> {
  return onFresh(adminUrl, (large) =>
    onFresh(adminUrl, (middle) =>
      onFresh(adminUrl, async (small) => {
        const ledgers = [
          await openLedger(large, 5_000_000),
          await openLedger(middle, 1_000_000),
          await openLedger(small, 10_000),
        ];
        for (const concurrency of [1, 32]) {
          const figures = await measure(ledgers, { concurrency, seconds, rounds });
          print(`${customers} balances, ${concurrency} at once, by the ledger's size`, figures);
        }
        for (const { name, bursar } of ledgers.slice(1)) await timeVerify(name, bursar);
        await timeUsage(ledgers[1]?.bursar);
        const verdicts = [];
        for (const { bursar } of ledgers) verdicts.push((await bursar.ledger.verify()).ok);
        for (const { bursar } of ledgers) await bursar.close();
        console.log(`\nbooks of the ledgers: ${verdicts.every(Boolean) ? 'right' : 'WRONG'}`);
        return verdicts.every(Boolean);
      }),
    ),
  );
}

type Kit = ReturnType<typeof open>;
const open = (database: string) => createBursar({ catalog, database });

async function openLedger(url: string, rows: number) {
  const bursar = open(url);
  await bursar.ready();
  for (let index = 0; index < customers; index += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, offset) =>
        bursar.consume({ customer: `c${index + offset}`, feature: 'calls' }),
      ),
    );
  }
  await fill(url, rows / customers);
  const any = () => `c${Math.floor(Math.random() * customers)}`;
  return {
    ...{ name: `${rows.toLocaleString('en')} entries`, bursar },
    run: () => bursar.tryConsume({ customer: any(), feature: 'calls' }),
  };
}

/** Writes what `each` further spends of one unit on every balance would have left, and lets the planner know. */
async function fill(url: string, each: number): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql.begin(async (tx) => {
    await tx`
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after,
                                  drawn_to, counter, happened_at, booked_at)
      select tenant_id, id, sequence + number, 'debit', -1, 0, settled - number, held, drawn + number, 'usage', changed_at, changed_at
        from bursar.balances cross join generate_series(1, ${each}::int) as number`;
    await tx`update bursar.balances set settled = settled - ${each}, drawn = drawn + ${each}, sequence = sequence + ${each}`;
  });
  await sql.unsafe('vacuum analyze');
  await sql.end();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function timeVerify(name: string, bursar: Kit): Promise<void> {
  const whole = await timed(() => bursar.ledger.verify({ mark: true }));
  for (let spend = 0; spend < 100; spend += 1)
    await bursar.consume({ customer: `c${spend % 10}`, feature: 'calls' });
  const part = await timed(() => bursar.ledger.verify({ incremental: true }));
  console.log(
    `\nverify of ${name}: ${round(whole)} ms; after 100 spends on 10 balances, from its mark: ${round(part)} ms (${(whole / part).toFixed(0)}x)`,
  );
}

/** A busy balance of a million uses: its parts by party, the first time and once they are summed. */
async function timeUsage(bursar: Kit | undefined): Promise<void> {
  const usage = () => bursar?.entitlements.usage({ customer: 'c0', feature: 'calls' });
  const first = await timed(async () => usage());
  const second = await timed(async () => usage());
  console.log(
    `usage by party of one balance: first ${round(first)} ms, then ${round(second)} ms (${(first / second).toFixed(0)}x)`,
  );
}

/** Many customers credited in one call, beside one call each. */
async function benchImport(url: string): Promise<boolean> {
  const bursar = open(url);
  await bursar.ready();
  const lines = 10_000;
  const line = (index: number) => ({ customer: `i${index}`, unit: 'points' as const, amount: 5 });
  const oneByOne = await timed(async () => {
    for (let index = 0; index < lines / 10; index += 1)
      await bursar.wallet.credit({ ...line(index), customer: `o${index}` });
  });
  const atOnce = await timed(() =>
    bursar.wallet.import({
      key: 'bench',
      credits: Array.from({ length: lines }, (_, index) => line(index)),
    }),
  );
  const rates = [lines / atOnce, lines / 10 / oneByOne].map((rate) => rate * 1000);
  console.log(
    `\nimport: ${rates.map((rate) => `${round(rate)}/s`).join(' beside credit by credit ')}: ${((rates[0] ?? 0) / (rates[1] ?? 1)).toFixed(1)}x`,
  );
  const { ok } = await bursar.ledger.verify();
  await bursar.close();
  return ok;
}

/** Several processes on one hot balance, beside as many that spend by the interactive transaction. */
async function benchProcesses(url: string, { seconds, rounds }: Length): Promise<boolean> {
  const bursar = open(url);
  await bursar.ready();
  await bursar.consume({ customer: 'c0', feature: 'calls' });
  const hand = await openBaselines(url, 1);
  console.log('\none hot balance, 64 at once in each of so many processes');
  for (const count of [1, 2, 4]) {
    const ours = start(url, 'bursar', count);
    const theirs = start(url, 'interactive', count);
    for (const one of [...ours, ...theirs]) await one.line();
    await work(ours, seconds / 3);
    await work(theirs, seconds / 3);
    const ratios: { ours: number; theirs: number }[] = [];
    for (let number = 0; number < rounds; number += 1)
      ratios.push({ ours: await work(ours, seconds), theirs: await work(theirs, seconds) });
    for (const one of [...ours, ...theirs]) one.tell('0');
    ratios.sort((one, other) => one.ours / one.theirs - other.ours / other.theirs);
    const middle = ratios[Math.floor(rounds / 2)] ?? { ours: 0, theirs: 1 };
    console.log(
      `  ${count}: bursar ${round(middle.ours)}/s, interactive ${round(middle.theirs)}/s: ${(middle.ours / middle.theirs).toFixed(1)}x`,
    );
  }
  const right = (await bursar.ledger.verify()).ok && (await hand.check());
  await hand.close();
  await bursar.close();
  console.log(`books of the processes: ${right ? 'right' : 'WRONG'}`);
  return right;
}

function start(url: string, whose: string, count: number) {
  const script = new URL('./spender.process.ts', import.meta.url);
  return Array.from({ length: count }, () => startProcess(script, { parameters: [url, whose] }));
}

/** All of them for so long: what they did together, per second. */
async function work(processes: ReturnType<typeof start>, seconds: number): Promise<number> {
  for (const one of processes) one.tell(String(seconds));
  let done = 0;
  for (const one of processes) done += Number(await one.line());
  return done / seconds;
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en');
}
