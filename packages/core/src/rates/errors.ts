/** What can go wrong with exchange rates. */
import { BursarError } from '../kernel/index.ts';

/** There is no rate for the pair that may be used. Nothing was written; trying again helps once there is one. */
export class RateMissingError extends BursarError {
  override readonly code = 'rate_missing';
  constructor({ from, to }: { from: string; to: string }, why: string) {
    super(`The rate from ${from} to ${to} ${why}.`, { from, to });
  }
}
