/**
 * Which rate holds for a pair: an operator's, else the host's own, else the first provider's whose sheet is young enough.
 *
 * Inside a transaction nothing is waited for but the database: sheets are fetched by the worker, or before it starts.
 */
import { addDuration, type Scope } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { type KeptSheet, keptSheets, type RateDesk } from './desk.ts';
import { RateMissingError } from './errors.ts';
import { findManualRate } from './operations/set-rate.ts';
import { pointsOf } from './points.ts';
import type { Pair, Rate, Rates } from './rate.ts';
import { rateOn } from './sheet.ts';

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly rates?: Rates | undefined;
  }
}

/**
 * The rate for a pair. Where there is none for points, they stand for their base: one point for one whole of it.
 *
 * @throws {RateMissingError} There is none, its sheet is too old, or it would have to be waited for inside a transaction.
 */
export async function findRate(scope: Scope, pair: Pair): Promise<Rate> {
  const rate = (await rateAsNamed(scope, pair)) ?? (await rateThroughPoints(scope, pair));
  if (!rate) throw new RateMissingError(pair, 'is not known');
  return rate;
}

async function rateAsNamed(scope: Scope, pair: Pair): Promise<Rate | null> {
  return (
    (await findManualRate(scope, pair)) ??
    (await askHost(scope, pair)) ??
    (await onSheets(scope, pair))
  );
}

async function rateThroughPoints(scope: Scope, { from, to }: Pair): Promise<Rate | null> {
  const points = await pointsOf(scope);
  if (!points?.base || (from !== points.key && to !== points.key)) return null;
  const [source, target] = [from, to].map((unit) => (unit === points.key ? points.base : unit)) as [
    string,
    string,
  ];
  if (source === target) return { of: '1', per: '1', source: 'points', at: scope.now };
  return rateAsNamed(scope, { from: source, to: target });
}

async function askHost(scope: Scope, pair: Pair): Promise<Rate | null> {
  const found = scope.ports.rates?.find({ tenant: scope.tenant.key, ...pair }) ?? null;
  if (found instanceof Promise && scope.inTransaction)
    throw new RateMissingError(pair, 'cannot be waited for inside a transaction');
  return found;
}

/** A sheet that is so young is not fetched again for what it lacks. */
const demandMilliseconds = 300_000;

async function onSheets(scope: Scope, pair: Pair): Promise<Rate | null> {
  const desk = scope.ports.rateDesk;
  if (!desk || desk.providers.length === 0) return null;
  const known = await onYoungSheets(scope, desk, pair);
  if (known || scope.inTransaction || !(await getSetting(scope, 'rates.fetchOnDemand')))
    return known;
  for (const provider of desk.providers) {
    await desk.fetch(scope, provider, new Date(scope.now.getTime() - demandMilliseconds));
    const fetched = await onYoungSheets(scope, desk, pair);
    if (fetched) return fetched;
  }
  return null;
}

async function onYoungSheets(
  scope: Scope,
  { providers }: RateDesk,
  pair: Pair,
): Promise<Rate | null> {
  const age = await getSetting(scope, 'rates.maxAge');
  for (const sheet of await keptSheets(scope, providers)) {
    const rate = isYoung(sheet, age, scope.now) ? rateOn(sheet, pair, sheet.provider) : null;
    if (rate) return rate;
  }
  return null;
}

/** Younger than `age` since it was fetched. */
export function isYoung({ fetchedAt }: KeptSheet, age: string, now: Date): boolean {
  return addDuration(fetchedAt, age, 1, 'UTC') > now;
}
