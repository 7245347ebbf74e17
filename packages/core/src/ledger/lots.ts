/** What a stretch of draw positions was made of, by when it would have expired: so that moving units never makes them last. */
import type { Draft, GrantRow } from './draft.ts';

export type Lot = { readonly units: number; readonly expiresAt: Date | null };

/** The units taken, by when they expire; those nobody had paid for yet never do. */
export function lotsOf(draft: Draft, stretch: { from: number; to: number }): Lot[] {
  const lots: Lot[] = [];
  let covered = 0;
  for (const row of draft.draws) {
    const units = Math.min(row.to, stretch.to) - Math.max(row.from, stretch.from);
    if (units <= 0) continue;
    covered += units;
    const payer: GrantRow | undefined = draft.grants.find((grant) => grant.id === row.grantId);
    const expiresAt = payer?.expiresAt ?? null;
    const same = lots.find((lot) => lot.expiresAt?.getTime() === expiresAt?.getTime());
    if (same) lots.splice(lots.indexOf(same), 1, { units: same.units + units, expiresAt });
    else lots.push({ units, expiresAt });
  }
  const uncovered = stretch.to - stretch.from - covered;
  return uncovered > 0 ? [...lots, { units: uncovered, expiresAt: null }] : lots;
}

/** The same lots in another unit, which together are `amount`; lots that come to nothing are left out. */
export function convertLots(lots: readonly Lot[], amount: number): Lot[] {
  const total = BigInt(lots.reduce((sum, lot) => sum + lot.units, 0));
  let [before, given] = [0n, 0n];
  return lots.flatMap(({ units, expiresAt }) => {
    before += BigInt(units);
    const upTo = (BigInt(amount) * before) / total;
    const share = Number(upTo - given);
    given = upTo;
    return share > 0 ? [{ units: share, expiresAt }] : [];
  });
}
