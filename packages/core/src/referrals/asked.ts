/** What an event was fired with, kept until it is processed: only what its schema takes after JSON, or, without one, what JSON leaves the same. */
import { isDeepStrictEqual } from 'node:util';
import { contentHash, type Scope, ValidationError } from '../kernel/index.ts';
import { type Asked, checkPayload } from './payout.ts';

/** More than any occurrence needs to be told apart; it is stored with each that waits. */
const lengthMax = 65_536;

/** As it will be read later; null where it would not be the same, or takes too much. */
export function keepable(scope: Scope, { alias, amount, payload }: Asked): Asked | null {
  try {
    const text = JSON.stringify({ amount, payload });
    if (text.length > lengthMax) return null;
    const kept = { ...(JSON.parse(text) as Pick<Asked, 'amount' | 'payload'>), alias };
    const isChecked = checkPayload(scope, kept);
    return isChecked || isDeepStrictEqual(kept.payload, bare(payload)) ? kept : null;
  } catch {
    return null;
  }
}

/** Without what is undefined, which JSON leaves out and nobody misses. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  const isPlain = typeof value === 'object' && value !== null;
  if (!isPlain || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, bare(one)]));
}

/** @throws {ValidationError} It cannot be kept. */
export function keptOrRefused(scope: Scope, asked: Asked): Asked {
  const kept = keepable(scope, asked);
  if (kept) return kept;
  const detail = `must be the same after JSON, and have at most ${lengthMax} characters, to be processed later`;
  throw new ValidationError([{ pointer: '/payload', detail }]);
}

/** Whether an event that waits was fired with the same. */
export function isSameAsked(earlier: Omit<Asked, 'alias'>, now: Asked | null): boolean {
  if (now === null) return false;
  const contentOf = ({ amount, payload }: Omit<Asked, 'alias'>) => contentHash({ amount, payload });
  return contentOf(earlier) === contentOf(now);
}
