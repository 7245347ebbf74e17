/** The legs of a hold, opened under their locks: what every move of a hold begins with. */
import { lockCustomer } from '../../customers/index.ts';
import { at, type Scope, sql } from '../../kernel/index.ts';
import type { LegRow } from '../draft.ts';
import { HoldClosedError, HoldExpiredError } from '../errors.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { lockHold, type StoredHold } from './find-hold.ts';

/** Locks the customer and the balances a hold lies on, and the credits that may pay for more than was held. */
export async function openLegs(
  scope: Scope,
  { stored, spare }: { stored: StoredHold; spare: string | undefined },
): Promise<Opened[]> {
  const customer = await lockCustomer(scope, { customer: stored.customer, mode: 'share' });
  const inputs = stored.legs.map((leg) => ({ customer, unit: leg.unit, stretches: [leg.stretch] }));
  const missing = spare !== undefined && !inputs.some((input) => input.unit === spare);
  if (missing) inputs.push({ customer, unit: spare, stretches: [] });
  return openBalances(scope, inputs);
}

/** An open leg, with the draft it lies on. */
export type OpenLeg = { readonly opened: Opened; readonly leg: LegRow };

/**
 * The legs of a hold that is still open at the drafts' now.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 */
export async function openLegsOf(
  scope: Scope,
  { stored, opened }: { stored: StoredHold; opened: readonly Opened[] },
): Promise<OpenLeg[]> {
  const state = await lockHold(scope, stored.id);
  if (state === 'expired') throw new HoldExpiredError(stored.id);
  if (state !== 'open') throw new HoldClosedError(stored.id, state);
  const legs = opened.flatMap((one) =>
    one.draft.legs.filter((leg) => leg.holdId === stored.id).map((leg) => ({ opened: one, leg })),
  );
  if (!legs.some(({ leg }) => leg.open)) throw new HoldExpiredError(stored.id);
  return legs.sort((one, other) => one.leg.leg - other.leg.leg);
}

/** What a leg still reserves, in its own unit. */
export function restOf(leg: LegRow): number {
  return leg.amount - leg.captured - leg.released;
}

/** Marks a hold as over. */
export async function closeHold(
  scope: Scope,
  { hold, captured }: { hold: string; captured: boolean },
): Promise<void> {
  await scope.run(sql`
    update bursar.holds set state = ${captured ? 'captured' : 'released'}::text, closed_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${hold}::text) and state = 'open'`);
}
