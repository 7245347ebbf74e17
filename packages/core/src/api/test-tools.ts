/** Moving a test clock through time: every instant at which something is due is met on the way, in order. */
import { addDuration, isTestClock, type TestClock } from '../kernel/index.ts';
import type { TestTools } from './kit.ts';
import type { Root } from './root.ts';
import { runDue } from './run-due.ts';

/** The tools of a kit with a test clock; none otherwise. */
export function testTools(root: Root): Partial<TestTools> {
  const { clock } = root.options;
  if (!isTestClock(clock)) return {};
  const advanceTo = async (at: Date | string) => {
    await root.ready();
    await travel(root, clock, new Date(at));
  };
  return { advanceTo, advance: async (by) => advanceTo(addDuration(clock.now(), by, 1, 'UTC')) };
}

async function travel(root: Root, clock: TestClock, to: Date): Promise<void> {
  // The clock refuses what is no instant or past, before anything is done.
  if (to > clock.now()) {
    await runDue(root, {
      until: to,
      arrive: async (at) => {
        if (at > clock.now()) await clock.advanceTo(at);
      },
    });
  }
  // Another process may have moved it further meanwhile.
  await clock.advanceTo(to);
}
