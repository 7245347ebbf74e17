/** Which offers a visitor sees: regular ones, and those that what they bought has unlocked, which stand for others. Pure. */
import type { OfferSpec } from '../catalog/index.ts';

/** An offer in a list. */
export type Listed = { readonly offer: OfferSpec; readonly locked: boolean };

/** True for who may order it: it is regular, or one of the groups that they hold unlocks it. */
export function isUnlocked(
  { unlockedBy }: Pick<OfferSpec, 'unlockedBy'>,
  groups: ReadonlySet<string>,
): boolean {
  return unlockedBy.length === 0 || unlockedBy.some((group) => groups.has(group));
}

/**
 * Regular offers in their order, but for those whose key a surviving unlocked one has; then the unlocked ones in theirs, of
 * each key the heaviest; then, if asked for, those that are locked.
 *
 * @param input.offers In the order of the catalogue, without archived ones.
 * @param input.groups What the visitor holds.
 * @param input.onTie Called with the key and the offers that are equally heavy; the first declared stays.
 */
export function listed(input: {
  readonly offers: readonly OfferSpec[];
  readonly groups: ReadonlySet<string>;
  readonly includeLocked: boolean;
  readonly onTie: (key: string, offers: readonly string[]) => void;
}): Listed[] {
  const { offers, groups, includeLocked, onTie } = input;
  const regular = offers.filter((offer) => offer.unlockedBy.length === 0);
  const special = offers.filter((offer) => offer.unlockedBy.length > 0);
  const unlocked = special.filter((offer) => isUnlocked(offer, groups));
  const surviving = heaviest(unlocked, onTie);
  const taken = new Set(surviving.flatMap((offer) => offer.override?.key ?? []));
  const left = regular.filter((offer) => !offer.override || !taken.has(offer.override.key));
  const locked = includeLocked ? special.filter((offer) => !unlocked.includes(offer)) : [];
  return [
    ...[...left, ...surviving].map((offer) => ({ offer, locked: false })),
    ...locked.map((offer) => ({ offer, locked: true })),
  ];
}

/** Of each key the one of the greatest weight; those without a key all. */
function heaviest(
  offers: readonly OfferSpec[],
  onTie: (key: string, offers: readonly string[]) => void,
): OfferSpec[] {
  return offers.filter((offer) => {
    if (!offer.override) return true;
    const { key } = offer.override;
    const rivals = offers.filter(({ override }) => override?.key === key);
    const greatest = Math.max(...rivals.map(({ override }) => override?.weight ?? 0));
    const equal = rivals.filter(({ override }) => override?.weight === greatest);
    if (equal[0] !== offer) return false;
    if (equal.length > 1)
      onTie(
        key,
        equal.map((one) => one.key),
      );
    return true;
  });
}
