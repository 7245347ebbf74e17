/**
 * Killed under load, the short form: what was answered is in the books, and the books are right. `npm run campaign` does
 * the same 20 and 50 times: BURSAR_BACKEND_KILLS and BURSAR_PROCESS_KILLS.
 */
import { expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';
import { killBackends, killProcesses } from '../support/faults.ts';

const backendKills = Number(process.env.BURSAR_BACKEND_KILLS ?? 2);
const processKills = Number(process.env.BURSAR_PROCESS_KILLS ?? 2);
const timeout = 600_000;

describePostgres('while a process spends', (makeUrl) => {
  test('its backends are terminated: every request ends, answered spends stay, service returns', {
    timeout,
  }, async () => {
    const toll = await killBackends(await makeUrl(), backendKills);

    expect(toll).toMatchObject({ lost: [], verified: { ok: true, broken: [] } });
    expect(toll.answered).toBeGreaterThan(backendKills * 10);
    expect(toll.slowest).toBeLessThan(10_000);
    expect(toll.longestAway).toBeLessThan(5_000);
    // A commit whose answer was cut off: at most one for each request that failed.
    expect(toll.spentBesides).toBeGreaterThanOrEqual(0);
    expect(toll.spentBesides).toBeLessThanOrEqual(toll.failed);
  });

  test('it is killed: answered spends stay, and no other than those under way', {
    timeout,
  }, async () => {
    const toll = await killProcesses(await makeUrl(), processKills);

    expect(toll).toMatchObject({ lost: [], verified: { ok: true, broken: [] } });
    expect(toll.answered).toBeGreaterThan(processKills * 10);
    expect(toll.spentBesides).toBeGreaterThanOrEqual(0);
  });
});
