/** Moving a test clock through time: every instant at which something is due is met on the way, in order. */
import { addDuration, isTestClock, type TestClock } from '../kernel/index.ts';
import type { Consumers } from './consumers.ts';
import type { ExceededNews } from './exceeded.ts';
import type { Jobs } from './job-runner.ts';
import type { TestTools } from './kit.ts';
import type { Root } from './root.ts';
import { runDue } from './run-due.ts';

type Behind = {
  readonly consumers: Consumers;
  readonly jobs: Jobs;
  readonly exceeded: ExceededNews;
};

/** The tools of a kit with a test clock; none otherwise. */
export function testTools(root: Root, { consumers, jobs, exceeded }: Behind): Partial<TestTools> {
  const { clock } = root.options;
  if (!isTestClock(clock)) return {};
  const settle = async () => {
    await exceeded.write();
    await consumers.settle();
    await jobs.settle();
  };
  // Another process may have moved it a moment ago: from then on one counts.
  const current = async () => {
    await root.ready();
    await clock.refresh();
    return clock.now();
  };
  return {
    async advanceTo(at) {
      await current();
      await travel(root, { clock, settle, to: new Date(at) });
    },
    advance: async (by) =>
      travel(root, { clock, settle, to: addDuration(await current(), by, 1, 'UTC') }),
  };
}

/** What consumers and jobs put back is tried again at each instant that is met, and at the end. */
async function travel(
  root: Root,
  { clock, settle, to }: { clock: TestClock; settle: () => Promise<void>; to: Date },
): Promise<void> {
  // The clock refuses what is no instant or past, before anything is done.
  if (to > clock.now()) {
    await settle();
    await runDue(root, {
      until: to,
      arrive: async (at) => {
        if (at <= clock.now()) return;
        await settle();
        await clock.advanceTo(at);
      },
    });
    await settle();
  }
  // Another process may have moved it further meanwhile.
  await clock.advanceTo(to);
  await settle();
}
