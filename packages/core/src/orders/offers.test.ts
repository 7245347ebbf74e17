/** What a visitor sees of the offers, held against a list that is made as the rules are written, for any catalogue. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OfferSpec } from '../catalog/index.ts';
import { listed } from './offers.ts';

const plain: OfferSpec = {
  ...{ key: '', title: null, group: null, kind: null, price: {}, plan: null, cycle: null },
  ...{ grants: {}, tags: [], limit: null, unlockedBy: [], override: null, popular: null },
  ...{ append: false, notBeforeStart: false, archived: false, items: [] },
};

type Facts = Pick<OfferSpec, 'unlockedBy' | 'override'>;

/** The rules one after another, as they are written: nothing is shared with the code. */
function naive(offers: readonly OfferSpec[], groups: ReadonlySet<string>): string[] {
  const unlocked: OfferSpec[] = [];
  for (const offer of offers)
    for (const group of offer.unlockedBy)
      if (groups.has(group) && !unlocked.includes(offer)) unlocked.push(offer);
  const winners = new Map<string, OfferSpec>();
  for (const offer of unlocked) {
    const { override } = offer;
    if (!override) continue;
    const best = winners.get(override.key)?.override;
    if (!best || override.weight > best.weight) winners.set(override.key, offer);
  }
  const surviving = unlocked.filter(
    (offer) => !offer.override || winners.get(offer.override.key) === offer,
  );
  const regular = offers.filter(
    (offer) =>
      offer.unlockedBy.length === 0 && !(offer.override && winners.has(offer.override.key)),
  );
  return [...regular, ...surviving].map(({ key }) => key);
}

const group = fc.constantFrom('a', 'b', 'c');
const facts: fc.Arbitrary<Facts> = fc.record({
  unlockedBy: fc.uniqueArray(group, { maxLength: 2 }),
  override: fc.option(
    fc.record({ key: fc.constantFrom('k', 'l'), weight: fc.integer({ min: -1, max: 2 }) }),
  ),
});

test('any visitor sees of any catalogue what the rules say, in their order', () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 12 }), fc.uniqueArray(group), (all, held) => {
      const offers = all.map((one, index) => ({ ...plain, ...one, key: `o${index}` }));
      const groups = new Set<string>(held);
      const seen = (includeLocked: boolean) =>
        listed({ offers, groups, includeLocked, onTie: () => {} });

      const plainly = seen(false);
      const withLocked = seen(true);

      expect(plainly.map(({ offer }) => offer.key)).toEqual(naive(offers, groups));
      expect(withLocked.slice(0, plainly.length)).toEqual(plainly);
      const locked = offers.filter(
        (offer) => offer.unlockedBy.length > 0 && !offer.unlockedBy.some((one) => groups.has(one)),
      );
      expect(withLocked.slice(plainly.length)).toEqual(
        locked.map((offer) => ({ offer, locked: true })),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('of unlocked offers that are equally heavy the first declared stays, and one is told', () => {
  const rival = (key: string, weight: number): OfferSpec => ({
    ...plain,
    ...{ key, unlockedBy: ['a'], override: { key: 'k', weight } },
  });
  const ties: unknown[] = [];

  const list = listed({
    offers: [rival('light', 1), rival('first', 2), rival('second', 2)],
    ...{ groups: new Set(['a']), includeLocked: false },
    onTie: (...tie) => void ties.push(tie),
  });

  expect(list.map(({ offer }) => offer.key)).toEqual(['first']);
  expect(ties).toEqual([['k', ['first', 'second']]]);
});
