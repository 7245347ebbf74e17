/** The worker of a started kit, on the machine's own clock and on one that is moved. */
import { expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { createBursar } from '../bursar.ts';
import { testClock } from '../testing.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const begin = '2026-01-01T00:00:00Z';

describeDatabases('the worker', (makeUrl) => {
  async function make(options: { worker?: boolean }) {
    const clock = testClock(begin);
    const bursar = createBursar({
      ...{ catalog, database: await makeUrl(), clock, logger: silent },
      ...options,
    });
    await bursar.start();
    const heard: string[] = [];
    bursar.events.on('subscription.renewed', (event) => void heard.push(event.type));
    await bursar.subscribe({ customer: 'ann', plan: 'pro' });
    await clock.advanceTo(new Date('2026-02-01T00:00:00Z'));
    return { bursar, heard };
  }

  test('of a started kit does what is due, and ends with it', async () => {
    const { bursar, heard } = await make({});

    await eventually(() => heard.length === 1);

    await bursar.close();
    await bursar.close();
    await expect(bursar.runDue()).rejects.toMatchObject({ code: 'database' });
  });

  test('stays away where it is not wanted', async () => {
    const { bursar, heard } = await make({ worker: false });

    await pause(1500);
    expect(heard).toEqual([]);
    expect((await bursar.runDue()).done).toBe(1);

    expect(heard).toHaveLength(1);
    await bursar.close();
  });
});
