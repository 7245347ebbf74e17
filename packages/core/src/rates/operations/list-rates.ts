/** What one point is worth in each currency, as customers see it. */
import { NotFoundError, type Scope, shownDecimal } from '../../kernel/index.ts';
import { findRate } from '../find-rate.ts';
import { currenciesOf, pointsOf } from '../points.ts';

/** A currency or the points themselves; `rate` is what one point is worth, with ten decimals. */
export type ListedRate = { readonly code: string; readonly name: string; readonly rate: string };

export type ListedRates = {
  readonly base: { readonly code: string; readonly name: string };
  readonly rates: readonly ListedRate[];
};

const decimals = 10;

/**
 * Points at 1, then every currency of the catalogue in its order.
 *
 * @throws {NotFoundError} Points are off, or stand for nothing. @throws {RateMissingError} A currency has no rate.
 */
export async function listRates(scope: Scope): Promise<ListedRates> {
  const points = await pointsOf(scope);
  if (!points?.base) throw new NotFoundError('worth of', points?.key ?? 'points');
  const { key, name, base } = points;
  const rates: ListedRate[] = [
    { code: key, name, rate: shownDecimal({ of: '1', per: '1' }, decimals) },
  ];
  for (const code of currenciesOf(scope)) {
    const rate = await findRate(scope, { from: key, to: code });
    rates.push({ code, name: nameOf(code), rate: shownDecimal(rate, decimals) });
  }
  return { base: { code: base, name: nameOf(base) }, rates };
}

/** As English calls it; the code itself where that has no name. */
function nameOf(code: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'currency' }).of(code) ?? code;
  } catch {
    return code;
  }
}
