/** The points currency: one point stands for one whole of its base. */
import type { Scope } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';

export type Points = {
  /** The unit of the catalogue. */
  readonly key: string;
  readonly name: string;
  /** The currency it stands for; `null` if there is none. */
  readonly base: string | null;
};

/**
 * What points are; `null` while they are off. Unless said, their base is the catalogue's first currency, where the host gives
 * rates: without any there is no exchange, not even of these.
 */
export async function pointsOf(scope: Scope): Promise<Points | null> {
  if (!(await getSetting(scope, 'points.enabled'))) return null;
  const { rates, rateDesk } = scope.ports;
  const first = rates || rateDesk ? (currenciesOf(scope)[0] ?? null) : null;
  return {
    key: await getSetting(scope, 'points.key'),
    name: await getSetting(scope, 'points.name'),
    base: (await getSetting(scope, 'points.base')) ?? first,
  };
}

/** The catalogue's currencies, in its order. */
export function currenciesOf({ ports }: Scope): readonly string[] {
  return Object.values(ports.catalog.units)
    .filter(({ kind }) => kind === 'currency')
    .map(({ key }) => key);
}
