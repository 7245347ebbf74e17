/**
 * Faults made on purpose while a process spends, with and without keys: its backends terminated, the server restarted, or
 * itself killed. What was answered must be in the books, what failed as it says, and the books right.
 */
import { type Bursar, createBursar } from '@bursar/core';
import postgres from 'postgres';
import type { Said } from '../concurrency/steady-spender.process.ts';
import { catalog } from './books.ts';
import { pause } from './kit.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import type { Server } from './server.ts';
import { silentLogger } from './silent-logger.ts';

const script = new URL('../concurrency/steady-spender.process.ts', import.meta.url);
const atOnce = 20;
const funds = 1_000_000;

export type Toll = {
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds that the slowest request took, and the longest wait for an answer after a fault. */
  readonly slowest: number;
  readonly longestAway: number;
  /** Keys of answered spends that are not in the books. */
  readonly lost: readonly string[];
  /** Keys of spends that failed and said that nothing was written, but are in the books. */
  readonly untrue: readonly string[];
  /** In the books without an answer, and failures that said that they may be: under keys and without. */
  readonly keyed: Besides;
  readonly keyless: Besides;
  readonly verified: { readonly ok: boolean; readonly broken: readonly unknown[] };
};

export type Besides = { readonly booked: number; readonly uncertain: number };

/** `answers` counts those to be waited for. */
type Heard = { readonly said: Said[]; answers: number };

/** Terminates every connection of a spending process `kills` times. */
export async function killBackends(url: string, kills: number): Promise<Toll> {
  const admin = postgres(url, { max: 1, connection: { application_name: 'killer' } });
  const counted = await underLoad(url, kills, async () => {
    const terminated = await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    if (terminated.length === 0) throw new Error('There was no backend to terminate.');
  });
  await admin.end();
  return counted;
}

/** Restarts the server under a spending process `restarts` times, without letting it finish anything. */
export function restartServer(server: Server, restarts: number): Promise<Toll> {
  return underLoad(server.adminUrl, restarts, async () => {
    await server.crash();
    await server.startAgain();
  });
}

/** One process spends while `fault` happens, time and again. */
async function underLoad(url: string, times: number, fault: () => Promise<void>): Promise<Toll> {
  const { bursar, tenant } = await fundedTenant(url);
  const heard: Heard = { said: [], answers: 0 };
  const { spender, over } = await startSpender({ url, tenant, word: 'k', heard });
  let longestAway = 0;
  for (let time = 0; time < times; time += 1) {
    // At ever other moments of a load that has had time to become even.
    await pause(100 + ((time * 37) % 150));
    await fault();
    const [since, before] = [performance.now(), heard.answers];
    await until(() => heard.answers > before + atOnce);
    longestAway = Math.max(longestAway, performance.now() - since);
  }
  spender.tell('end');
  await over;
  return { ...(await toll(bursar, tenant, heard)), longestAway };
}

/** Kills spending processes `kills` times, each in the midst of its work. */
export async function killProcesses(url: string, kills: number): Promise<Toll> {
  const { bursar, tenant } = await fundedTenant(url);
  const heard: Heard = { said: [], answers: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    const before = heard.answers;
    const { spender, over } = await startSpender({ url, tenant, word: `k${kill}`, heard });
    await until(() => heard.answers > before + 20);
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
  for (const customer of ['ann', 'bob'])
    await bursar.tenant(tenant).wallet.credit({ customer, unit: 'points', amount: funds });
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
    heard.said.push(said);
    if (said.failed === undefined) heard.answers += 1;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('The spender was away for 20 seconds.');
    await pause(2);
  }
}

async function toll(bursar: Bursar, tenant: string, { said }: Heard) {
  const kit = bursar.tenant(tenant);
  const spentBy = async (customer: string) =>
    funds - (await kit.wallet.balance({ customer, unit: 'points' as never })).settled;
  const spent = { keyed: await spentBy('ann'), keyless: await spentBy('bob') };
  const verified = await kit.ledger.verify();
  const answered = said.filter(({ failed }) => failed === undefined);
  const unsent = said.filter(({ written }) => written === 'no');
  const lost = await repeated(kit, answered, { are: 'new' });
  const untrue = await repeated(kit, unsent, { are: 'there' });
  await bursar.close();
  const besides = (isKeyed: boolean, booked: number): Besides => {
    const those = said.filter(({ key }) => (key !== null) === isKeyed);
    const uncertain = those.filter(({ written }) => written === 'unknown').length;
    const known = those.filter(({ failed }) => failed === undefined).length;
    return { booked: booked - known, uncertain };
  };
  return {
    ...{ answered: answered.length, failed: said.length - answered.length },
    slowest: Math.max(...said.map(({ took }) => took)),
    ...{ lost, untrue, verified },
    ...{ keyed: besides(true, spent.keyed), keyless: besides(false, spent.keyless) },
  };
}

/** Asks for each again under its key: one that is in the books is replayed. @returns The keys of those that `are` so. */
async function repeated(
  kit: ReturnType<Bursar['tenant']>,
  said: readonly Said[],
  { are }: { are: 'new' | 'there' },
): Promise<string[]> {
  const found: string[] = [];
  const rest = said.values();
  async function ask(): Promise<void> {
    for (const { key } of rest) {
      if (key === null) continue;
      const spend = { customer: 'ann', unit: 'points' as never, amount: 1, idempotencyKey: key };
      const { replayed } = await kit.wallet.debit(spend);
      if (replayed === (are === 'there')) found.push(key);
    }
  }
  await Promise.all(Array.from({ length: 20 }, ask));
  return found;
}
