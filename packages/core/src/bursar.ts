/**
 * The composition root: binds the slices to one database, one clock and one bus, and hands out the kit.
 *
 * Nothing is opened here; `ready()`, `start()` or the first verb does it.
 */
import { bindKit } from './api/bind-kit.ts';
import type { Events } from './api/event-map.ts';
import { httpBinding } from './api/http-binding.ts';
import type { Bursar, TestTools, TransactionOf } from './api/kit.ts';
import type { BursarOptions } from './api/kit-options.ts';
import { readOptions } from './api/options.ts';
import { createRoot, type Root } from './api/root.ts';
import { runTransaction } from './api/run-transaction.ts';
import type { AnyKeys, Keys } from './catalog/index.ts';
import { bindHttp } from './http/index.ts';
import { addDuration, type Clock, isTestClock, type TestClock } from './kernel/index.ts';

/**
 * Makes a kit, at once and without I/O.
 *
 * @throws {ConfigurationError} An option is unknown or cannot be.
 */
export function createBursar<K extends Keys, D = undefined, T extends Clock = Clock>(
  options: BursarOptions<K, D, T>,
): Bursar<K, TransactionOf<D>> & (T extends TestClock ? TestTools : unknown) {
  const root = createRoot(readOptions(options as BursarOptions));
  const context = { tenant: root.options.tenant, actor: null, host: null };
  const kit = {
    ...bindKit(root, context),
    events: root.bus as unknown as Events,
    ready: root.ready,
    start: root.ready,
    close: root.close,
    transaction: (work: (kit: unknown, tx: unknown) => Promise<unknown>) =>
      runTransaction(root, context, (inner, tx) => work(bindKit(root, inner), tx)),
    ...testTools(root),
  };
  return bindHttp(kit, httpBinding(root)) as unknown as Bursar<K, TransactionOf<D>> &
    (T extends TestClock ? TestTools : unknown);
}

function testTools(root: Root): Partial<TestTools> {
  const { clock } = root.options;
  if (!isTestClock(clock)) return {};
  const advanceTo = async (at: Date | string) => {
    await root.ready();
    await clock.advanceTo(new Date(at));
  };
  return { advanceTo, advance: async (by) => advanceTo(addDuration(clock.now(), by, 1, 'UTC')) };
}

export type { AnyKeys };
