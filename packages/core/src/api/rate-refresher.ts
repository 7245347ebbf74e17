/**
 * Fetching rates in the background, beside what is due: a provider that is slow holds nothing up.
 *
 * It looks once a minute whether a sheet is due; of all processes one fetches it.
 */
import { refreshRates } from '../rates/index.ts';
import type { Context, Root } from './root.ts';

/** Passes of the worker, which are a second apart. */
const lookEvery = 60;

/** Call what it gives in each pass of the worker; it never throws and nobody waits for it. */
export function createRateRefresher(root: Root, context: Context): () => void {
  const { rates, logger } = root.options;
  const isIdle = !rates || !('providers' in rates);
  let passes = 0;
  let isRunning = false;
  return () => {
    passes += 1;
    if (isIdle || isRunning || passes % lookEvery !== 1) return;
    isRunning = true;
    root
      .read(context, (scope) => refreshRates(scope, { now: false }))
      .catch((err) => logger.warn({ err }, 'Rates cannot be kept'))
      .finally(() => {
        isRunning = false;
      });
  };
}
