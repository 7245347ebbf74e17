/** Units coming back to the grants that paid for them. Pure; nothing here knows SQL. */
import type { Draft, GrantRow } from './draft.ts';
import { addGrant, removeUnits } from './grant-moves.ts';
import { returnToCap } from './sub-window.ts';

/** A stretch of draw positions, `from` inclusive, `to` exclusive. */
export type Stretch = { readonly from: number; readonly to: number };

/**
 * Gives a stretch of positions back to the grants that paid for it, newest position first.
 * What belongs to a grant that is over is taken out at once; positions nobody paid for come back as a `refund` grant.
 * The entry that lowers held or raises settled is the caller's, posted before.
 */
export function returnStretch(draft: Draft, stretch: Stretch, at: Date): void {
  returnToCap(draft, stretch);
  const payers = draft.draws
    .filter((row) => row.from < stretch.to && row.to > stretch.from)
    .sort((one, other) => other.from - one.from);
  let covered = 0;
  for (const payer of payers) {
    const units = Math.min(payer.to, stretch.to) - Math.max(payer.from, stretch.from);
    covered += units;
    returnTo(draft, grantOf(draft, payer.grantId), units, at);
  }
  const uncovered = stretch.to - stretch.from - covered;
  if (uncovered > 0) addGrant(draft, { source: 'refund', amount: uncovered, createdAt: at });
}

function returnTo(draft: Draft, grant: GrantRow, units: number, at: Date): void {
  grant.free += units;
  if (grant.open && grant.source !== 'overage' && !isBookedUnlimited(grant)) return;
  const kind = grant.voidedAt === null && !grant.open ? 'expiry' : 'void';
  removeUnits(draft, grant, units, { kind, at });
}

/** Booked under a source without limit: it cannot be spent again. */
function isBookedUnlimited(grant: GrantRow): boolean {
  return grant.source === 'plan' && grant.reference?.includes(UNLIMITED_USE) === true;
}

/** In a reference: what was drawn under a source without limit, up to the position that follows. */
export const UNLIMITED_USE = '/unlimited/';

function grantOf(draft: Draft, id: number): GrantRow {
  const grant = draft.grants.find((one) => one.id === id);
  if (!grant) throw new Error(`Grant ${id} paid for a position of ${draft.unit} but was not read.`);
  return grant;
}
