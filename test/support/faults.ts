/**
 * Faults made on purpose while a process spends: its backends terminated, or itself killed. What was answered must be in
 * the books, and the books right.
 */
import { type Bursar, createBursar } from '@bursar/core';
import postgres from 'postgres';
import type { Said } from '../concurrency/steady-spender.process.ts';
import { catalog } from './books.ts';
import { pause } from './kit.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { silentLogger } from './silent-logger.ts';

const script = new URL('../concurrency/steady-spender.process.ts', import.meta.url);
const atOnce = 10;
const funds = 1_000_000;

export type Toll = {
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds that the slowest request took, and the longest wait for an answer after a kill. */
  readonly slowest: number;
  readonly longestAway: number;
  /** Answered spends that are not in the books. */
  readonly lost: readonly string[];
  readonly spentBesides: number;
  readonly verified: { readonly ok: boolean; readonly broken: readonly unknown[] };
};

type Heard = { answered: string[]; failed: string[]; slowest: number };

/** Terminates every connection of a spending process `kills` times. */
export async function killBackends(url: string, kills: number): Promise<Toll> {
  const admin = postgres(url, { max: 1, connection: { application_name: 'killer' } });
  const { bursar, tenant } = await fundedTenant(url);
  const heard: Heard = { answered: [], failed: [], slowest: 0 };
  const { spender, over } = await startSpender({ url, tenant, word: 'k', heard });
  let longestAway = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await until(() => heard.answered.length > kill * 20);
    const terminated = await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    if (terminated.length === 0) throw new Error('There was no backend to terminate.');
    const [since, before] = [performance.now(), heard.answered.length];
    await until(() => heard.answered.length > before + atOnce);
    longestAway = Math.max(longestAway, performance.now() - since);
  }
  spender.tell('end');
  await over;
  await admin.end();
  return { ...(await toll(bursar, tenant, heard)), longestAway };
}

/** Kills spending processes `kills` times, each in the midst of its work. */
export async function killProcesses(url: string, kills: number): Promise<Toll> {
  const { bursar, tenant } = await fundedTenant(url);
  const heard: Heard = { answered: [], failed: [], slowest: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    const before = heard.answered.length;
    const { spender, over } = await startSpender({ url, tenant, word: `k${kill}`, heard });
    await until(() => heard.answered.length > before + 20);
    await pause((kill * 7) % 40);
    spender.kill('SIGKILL');
    await over;
  }
  return { ...(await toll(bursar, tenant, heard)), longestAway: 0 };
}

async function fundedTenant(url: string): Promise<{ bursar: Bursar; tenant: string }> {
  const bursar = createBursar({ catalog, database: url, logger: silentLogger });
  await bursar.ready();
  const tenant = 'faults';
  await bursar.tenant(tenant).wallet.credit({ customer: 'ann', unit: 'points', amount: funds });
  return { bursar: bursar as unknown as Bursar, tenant };
}

async function startSpender({
  url,
  tenant,
  word,
  heard,
}: {
  url: string;
  tenant: string;
  word: string;
  heard: Heard;
}): Promise<{ spender: RunningProcess; over: Promise<void> }> {
  const spender = startProcess(script, { parameters: [url, tenant, String(atOnce), word] });
  const first = await spender.line();
  if (first !== 'ready') throw new Error(`The spender said ${first}.`);
  return { spender, over: listen(spender, heard) };
}

/** Until it says no more: killed, or at its end. A line cut off by a kill is none. */
async function listen(spender: RunningProcess, heard: Heard): Promise<void> {
  for (;;) {
    const line = await spender.line().catch(() => 'ended');
    if (line === 'ended') return;
    if (!line.endsWith('}')) continue;
    const said = JSON.parse(line) as Said;
    if ('answered' in said) heard.answered.push(said.answered);
    else heard.failed.push(said.failed);
    heard.slowest = Math.max(heard.slowest, said.took);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('The spender was away for 20 seconds.');
    await pause(2);
  }
}

/** Every answered spend is asked for again under its key: one that is there is replayed, and one that is lost is new. */
async function toll(bursar: Bursar, tenant: string, heard: Heard) {
  const kit = bursar.tenant(tenant);
  const points = { customer: 'ann', unit: 'points' as never };
  const spent = funds - (await kit.wallet.balance(points)).settled;
  const lost: string[] = [];
  for (const idempotencyKey of heard.answered) {
    const { replayed } = await kit.wallet.debit({ ...points, amount: 1, idempotencyKey });
    if (!replayed) lost.push(idempotencyKey);
  }
  const verified = await kit.ledger.verify();
  await bursar.close();
  return {
    ...{ answered: heard.answered.length, failed: heard.failed.length, slowest: heard.slowest },
    ...{ lost, verified, spentBesides: spent - heard.answered.length },
  };
}
