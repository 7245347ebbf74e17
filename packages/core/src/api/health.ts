/** Health for orchestrators: alive while the process answers at all, ready while a request could be served. */
import { isBursarError } from '../kernel/index.ts';
import type { Health, Readiness } from './kit.ts';
import type { Root } from './root.ts';

const patience = 2_000;

/** The health of a root. Asking whether it is ready opens what is not open yet. */
export function createHealth(root: Root): Health {
  return {
    live: () => ({ live: true }),
    async ready({ withinMilliseconds = patience } = {}) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Readiness>((resolve) => {
        timer = setTimeout(resolve, withinMilliseconds, { ready: false, reason: 'late' });
      });
      const answer = await Promise.race([ask(root), late]);
      clearTimeout(timer);
      return answer;
    },
  };
}

async function ask(root: Root): Promise<Readiness> {
  try {
    const database = await root.database();
    await database.ping();
    return { ready: true };
  } catch (error) {
    const isBehind = isBursarError(error) && error.code === 'configuration';
    return { ready: false, reason: isBehind ? 'migrations' : 'database' };
  }
}
