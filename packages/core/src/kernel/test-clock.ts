/**
 * A clock that stands still until it is moved, shared by all processes of a schema through one row.
 *
 * It never goes back. Whoever moves it sees the new time at once, other processes within a few milliseconds.
 */
import type { Clock } from './clock.ts';
import { instant } from './codec.ts';
import { ValidationError } from './errors.ts';
import type { Database } from './lane.ts';
import { at as bound, sql } from './statement.ts';

export type TestClock = Clock & {
  /** Joins the row of the schema, or makes it: the later of both times holds. Polls it from then on. */
  attach(database: Database): Promise<void>;
  /**
   * Moves it forward, for every process.
   * @throws {ValidationError} The instant is before now: it never goes back.
   */
  advanceTo(at: Date): Promise<void>;
  /** Reads the row now. */
  refresh(): Promise<void>;
  /** Stops polling. */
  detach(): void;
};

const pollMilliseconds = 50;

/**
 * A test clock that begins at `start`.
 * @throws {ValidationError} It is no instant.
 */
export function testClock(start: Date | string): TestClock {
  let time = checked(start).getTime();
  let shared: Database | null = null;
  let timer: NodeJS.Timeout | null = null;

  function seen(later: Date): void {
    time = Math.max(time, later.getTime());
  }

  async function refresh(): Promise<void> {
    const rows = await shared?.query(sql`select now from bursar.test_clock where id = 1`);
    if (rows?.[0]) seen(instant(rows[0].now));
  }

  async function share(database: Database, to: Date): Promise<void> {
    const rows = await database.query(sql`
      insert into bursar.test_clock as clock (id, now) values (1, ${bound(to)}::text::timestamptz)
      on conflict (id) do update set now = greatest(clock.now, excluded.now)
      returning now`);
    if (rows[0]) seen(instant(rows[0].now));
  }

  function detach(): void {
    if (timer) clearInterval(timer);
    timer = shared = null;
  }

  return {
    now: () => new Date(time),
    refresh,
    detach,
    async attach(database) {
      detach();
      await share(database, new Date(time));
      shared = database;
      // The embedded database belongs to one process: nobody else can move it.
      if (database.kind === 'postgres')
        timer = setInterval(() => void refresh().catch(() => {}), pollMilliseconds).unref();
    },
    async advanceTo(at) {
      const to = checked(at);
      if (to.getTime() < time) {
        throw new ValidationError([
          { pointer: '/to', detail: `must not be before ${new Date(time).toISOString()}` },
        ]);
      }
      if (shared) await share(shared, to);
      seen(to);
    },
  };
}

/** True for clocks that can be moved. */
export function isTestClock(clock: Clock): clock is TestClock {
  return 'advanceTo' in clock && 'attach' in clock;
}

function checked(at: Date | string): Date {
  const date = new Date(at);
  if (Number.isNaN(date.getTime()))
    throw new ValidationError([{ pointer: '/to', detail: 'must be an instant' }]);
  return date;
}
