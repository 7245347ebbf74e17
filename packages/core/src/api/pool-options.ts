/** Reading `createBursar`'s `pool`: how many connections, and how long anything may wait. Nothing waits for ever. */
import { ConfigurationError } from '../kernel/index.ts';
import type { PoolOptions } from './kit-options.ts';

/** With their defaults; as the kernel takes them. */
export type Pool = { readonly [key in keyof PoolOptions]-?: number };

type Range = readonly [least: number, most: number, defaultsTo: number];

const hour = 3_600_000;

/** A statement below a tenth of a second would fail on any busy day; above an hour nobody waits for its answer. */
const ranges: Readonly<Record<keyof PoolOptions, Range>> = {
  connectionsMax: [1, 1_000, 10],
  acquireMilliseconds: [1, hour, 5_000],
  statementMilliseconds: [100, hour, 15_000],
  lockMilliseconds: [10, hour, 3_000],
};

/**
 * The pool's limits.
 * @param prepare False: the limit on locks is the role's, so none can be given here.
 * @throws {ConfigurationError} An unknown key, no whole number within its range, or a wait that another limit makes moot.
 */
export function readPool(given: unknown = {}, prepare = true): Pool {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong('pool', `must be an object of ${Object.keys(ranges).join(', ')}`);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(ranges, key))
      throw wrong(`pool.${key}`, `is not known; known are ${Object.keys(ranges).join(', ')}`);
  }
  const pool = Object.fromEntries(
    Object.entries(ranges).map(([key, range]) => [
      key,
      within(key, (given as Record<string, unknown>)[key], range),
    ]),
  ) as Pool;
  const { lockMilliseconds } = given as PoolOptions;
  if (!prepare && lockMilliseconds !== undefined)
    throw wrong('pool.lockMilliseconds', 'has no effect with prepare: false: set it on the role');
  // A shorter limit on statements alone is meant: it ends the wait for a lock, too.
  if (lockMilliseconds !== undefined && lockMilliseconds > pool.statementMilliseconds)
    throw wrong('pool.lockMilliseconds', 'must not be above pool.statementMilliseconds');
  return pool;
}

function within(key: string, value: unknown, [least, most, defaultsTo]: Range): number {
  if (value === undefined) return defaultsTo;
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
    return Number(value);
  throw wrong(`pool.${key}`, `must be a whole number from ${least} to ${most}`);
}

function wrong(option: string, what: string): ConfigurationError {
  return new ConfigurationError(`${option} ${what}.`, { option });
}
