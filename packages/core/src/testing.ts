/** For the tests of hosts: a kit with a clock that only moves when told to. */
import type { Bursar, TestTools, TransactionOf } from './api/kit.ts';
import type { BursarOptions } from './api/kit-options.ts';
import { readOptions } from './api/options.ts';
import { play, type Scenario, type Simulation } from './api/simulate.ts';
import { assembleKit } from './bursar.ts';
import type { AnyKeys, Catalog, Keys } from './catalog/index.ts';
import { testClock } from './kernel/index.ts';

export type { Moment, Scenario, Simulation, Step } from './api/simulate.ts';
export { testClock } from './kernel/index.ts';

/**
 * A migrated kit on a test clock, embedded in memory unless a database is given. In memory it is a copy of one that was
 * migrated before, by this process or an earlier one (kept in the folder for temporary files). Make one per file, close it at the end,
 * and take a fresh `bursar.tenant('…')` per test: tenants share nothing but the clock, which never goes back.
 *
 * `advance` and `advanceTo` stop at every instant on the way at which something is due (a period, a trial's or a
 * subscription's end, what expires) and do it there, so events come in the order of time. Between them nothing moves.
 * @param options.at Where the clock begins; 1 January 2026 unless said.
 */
export async function createTestBursar<K extends Keys, D = undefined>(
  options: { catalog: Catalog<K>; at?: Date | string | undefined } & Omit<
    BursarOptions<K, D>,
    'clock' | 'catalog'
  >,
): Promise<Bursar<K, TransactionOf<D>> & TestTools> {
  const { at, database = 'memory://', ...rest } = options;
  const clock = testClock(at ?? '2026-01-01T00:00:00Z');
  const read = readOptions({ ...rest, database, clock } as BursarOptions);
  const bursar = assembleKit(read) as Bursar<K, TransactionOf<D>> & TestTools;
  await bursar.ready();
  return bursar;
}

/**
 * Runs a catalogue over fake months: what customers do, what they are refused, and every event that follows, in the order of
 * time. It all happens in an embedded database in memory, which is gone afterwards.
 *
 * @throws {ValidationError} A step or a duration cannot be read.
 */
export async function simulate<K extends Keys>(
  catalog: Catalog<K>,
  scenario: Scenario<K>,
): Promise<Simulation> {
  const from = new Date(scenario.from ?? '2026-01-01T00:00:00Z');
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const bursar = await createTestBursar({ catalog, at: from, logger: quiet });
  try {
    return await play(bursar as unknown as Bursar<AnyKeys> & TestTools, scenario as Scenario, from);
  } finally {
    await bursar.close();
  }
}
