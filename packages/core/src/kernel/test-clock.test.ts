/** The test clock: it stands, moves forward only, and is one for all processes of a schema. */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeMigrated, type MigratedDatabase, silentLogger } from '#test/kernel.ts';
import { systemClock } from './clock.ts';
import { openDatabase } from './database.ts';
import { isTestClock, type TestClock, testClock } from './test-clock.ts';

const january = new Date('2026-01-01T00:00:00.000Z');
const february = new Date('2026-02-01T00:00:00.000Z');
const march = new Date('2026-03-01T00:00:00.000Z');
const invalid = expect.objectContaining({ code: 'validation' });

describe('a test clock on its own', () => {
  test('stands still, moves forward and refuses to go back', async () => {
    const clock = testClock(january);

    expect(clock.now()).toEqual(january);
    await clock.advanceTo(february);
    await expect(clock.advanceTo(january)).rejects.toEqual(invalid);
    expect(clock.now()).toEqual(february);
  });

  test('is made from an instant, and told apart from the machine’s clock', () => {
    expect(testClock('2026-01-01T00:00:00Z').now()).toEqual(january);
    expect(() => testClock('soon')).toThrow(invalid);
    expect([isTestClock(testClock(january)), isTestClock(systemClock)]).toEqual([true, false]);
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });

  test('is not moved by changing the date it gave', () => {
    const clock = testClock(january);

    clock.now().setFullYear(1999);

    expect(clock.now()).toEqual(january);
  });
});

describeMigrated('test clocks that share a schema', (make, engine) => {
  let made: MigratedDatabase;
  const clocks: TestClock[] = [];
  beforeAll(async () => {
    made = await make();
  });
  afterEach(() => {
    for (const clock of clocks.splice(0)) clock.detach();
  });

  function clockAt(start: Date): TestClock {
    const clock = testClock(start);
    clocks.push(clock);
    return clock;
  }

  test('agree on the latest time, and see each other move', async () => {
    const other = made.url ? await openDatabase(made.url, { logger: silentLogger }) : made.database;
    const first = clockAt(january);
    const second = clockAt(february);
    await first.attach(made.database);
    await second.attach(other);
    await first.refresh();
    expect([first.now(), second.now()]).toEqual([february, february]);

    await first.advanceTo(march);

    expect(first.now()).toEqual(march);
    if (engine === 'pglite') await second.refresh();
    await vi.waitFor(() => expect(second.now()).toEqual(march));
    const late = clockAt(january);
    await late.attach(other);
    expect(late.now()).toEqual(march);
    second.detach();
    late.detach();
    if (other !== made.database) await other.close();
  });
});
