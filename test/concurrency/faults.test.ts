/**
 * Killed and restarted under load, the short form: what was answered is in the books, what failed is as it says, and the
 * books are right. `npm run campaign` does the same 20, 10 and 50 times: BURSAR_BACKEND_KILLS, BURSAR_SERVER_RESTARTS and
 * BURSAR_PROCESS_KILLS.
 */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';
import { killBackends, killProcesses, restartServer, type Toll } from '../support/faults.ts';
import { type Server, startServer } from '../support/server.ts';

const backendKills = Number(process.env.BURSAR_BACKEND_KILLS ?? 2);
const serverRestarts = Number(process.env.BURSAR_SERVER_RESTARTS ?? 2);
const processKills = Number(process.env.BURSAR_PROCESS_KILLS ?? 2);
const timeout = 600_000;

/** Nothing was lost, nothing untrue was said, and no more is booked than failures left open. */
function expectHonest(toll: Toll, faults: number): void {
  expect(toll).toMatchObject({ lost: [], untrue: [], verified: { ok: true, broken: [] } });
  expect(toll.answered).toBeGreaterThan(faults * 10);
  for (const { booked } of [toll.keyed, toll.keyless]) expect(booked).toBeGreaterThanOrEqual(0);
}

/** What a process that lives on sees: each request ends, and service returns. */
function expectReturn(toll: Toll): void {
  expect(toll.slowest).toBeLessThan(10_000);
  expect(toll.longestAway).toBeLessThan(5_000);
  // A commit whose answer was cut off: at most one for each failure that says so.
  for (const { booked, uncertain } of [toll.keyed, toll.keyless])
    expect(booked).toBeLessThanOrEqual(uncertain);
}

describePostgres('while a process spends', (makeUrl) => {
  test('its backends are terminated: every request ends, answered spends stay, service returns', {
    timeout,
  }, async () => {
    const toll = await killBackends(await makeUrl(), backendKills);

    report('backends killed', backendKills, toll);
    expectHonest(toll, backendKills);
    expectReturn(toll);
  });

  test('it is killed: answered spends stay, and no other than those under way', {
    timeout,
  }, async () => {
    const toll = await killProcesses(await makeUrl(), processKills);

    report('processes killed', processKills, toll);
    expectHonest(toll, processKills);
  });
});

describe('while a process spends', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ durable: true });
  });
  afterAll(() => server.stop());

  test('the server syncs what it commits', async () => {
    const sql = postgres(server.adminUrl, { max: 1 });

    const [durability] = await sql`
      select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
             current_setting('full_page_writes') as pages`;
    await sql.end();

    expect(durability).toEqual({ fsync: 'on', commit: 'on', pages: 'on' });
  });

  test('the server stops at once and starts again: answered spends stay, service returns', {
    timeout,
  }, async () => {
    const toll = await restartServer(server, serverRestarts);

    report('servers restarted', serverRestarts, toll);
    expectHonest(toll, serverRestarts);
    expectReturn(toll);
  });
});

/** The campaign's figures; the short form says nothing. */
function report(faults: string, times: number, { lost: _, untrue: __, ...figures }: Toll): void {
  if (times > 2) console.log(`${times} ${faults}: ${JSON.stringify(figures)}`);
}
