/**
 * Who owes is not paid out: what was taken back of rewards after they were spent, and credit that was used before it was paid for.
 *
 * The customer's row is locked, but shared with whoever takes back: what is taken in the same moment counts as taken after.
 */
import type { Scope } from '../kernel/index.ts';
import { type Figures, readBalance } from '../ledger/index.ts';
import { CustomerOwesError } from './errors.ts';

/**
 * Refuses while the customer owes anything of the unit, as it is by now. Nothing is written.
 * @throws {CustomerOwesError} Later credits fill it first; then it is not refused any more.
 */
export async function refuseOwing(
  scope: Scope,
  { customer, unit }: { readonly customer: string; readonly unit: string },
): Promise<void> {
  const owed = owedOf(await readBalance(scope, { customer, unit }));
  if (owed > 0) throw new CustomerOwesError({ customer, unit, owed });
}

/**
 * What a balance is below zero, or below its floor where that is lower: it may be all set aside, so that what was taken back is
 * missing of it. What a floor above zero asks to be kept is no debt.
 */
function owedOf({ settled, available, floor }: Figures): number {
  return Math.max(0, 0 - settled, Math.min(0, floor) - available);
}
