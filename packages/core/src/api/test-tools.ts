/** Moving a test clock through time: every instant at which something is due is met on the way, in order. */
import { addDuration, isTestClock, type TestClock } from '../kernel/index.ts';
import type { Consumers } from './consumers.ts';
import type { TestTools } from './kit.ts';
import type { Root } from './root.ts';
import { runDue } from './run-due.ts';

/** The tools of a kit with a test clock; none otherwise. */
export function testTools(root: Root, consumers: Consumers): Partial<TestTools> {
  const { clock } = root.options;
  if (!isTestClock(clock)) return {};
  // Another process may have moved it a moment ago: from then on one counts.
  const current = async () => {
    await root.ready();
    await clock.refresh();
    return clock.now();
  };
  return {
    async advanceTo(at) {
      await current();
      await travel(root, { clock, consumers, to: new Date(at) });
    },
    advance: async (by) =>
      travel(root, { clock, consumers, to: addDuration(await current(), by, 1, 'UTC') }),
  };
}

/** What consumers put back is tried again at each instant that is met, and at the end. */
async function travel(
  root: Root,
  { clock, consumers, to }: { clock: TestClock; consumers: Consumers; to: Date },
): Promise<void> {
  // The clock refuses what is no instant or past, before anything is done.
  if (to > clock.now()) {
    await consumers.settle();
    await runDue(root, {
      until: to,
      arrive: async (at) => {
        if (at <= clock.now()) return;
        await consumers.settle();
        await clock.advanceTo(at);
      },
    });
    await consumers.settle();
  }
  // Another process may have moved it further meanwhile.
  await clock.advanceTo(to);
  await consumers.settle();
}
