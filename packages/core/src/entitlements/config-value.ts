/** The value of a config feature when several subscriptions carry one. */
import type { Standing } from './standing.ts';

/** As the feature's merge rule says: the greatest, the smallest, or that of the newest subscription. */
export function configValueOf({ rights, spec }: Standing): unknown {
  const values = rights.map((right) => right.options.value);
  const merge = spec?.merge ?? 'newest';
  if (merge === 'newest') return values[0];
  const sign = merge === 'greatest' ? 1 : -1;
  return values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best));
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en');
}

/** Whether a value is what is required; for merge rules with an order, whether it reaches it. */
export function meets({ spec }: Standing, value: unknown, required: unknown): boolean {
  if (spec?.merge === 'greatest' && typeof value === 'number' && typeof required === 'number')
    return value >= required;
  if (spec?.merge === 'smallest' && typeof value === 'number' && typeof required === 'number')
    return value <= required;
  return JSON.stringify(value) === JSON.stringify(required);
}
