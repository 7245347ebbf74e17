/** Merging what a gateway says: whatever the order of words, however often each, the end is the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Merged, merge, type Said } from './payment.ts';

const states = [
  ...(['open', 'processing', 'needs_payment_method', 'needs_action'] as const),
  ...(['needs_capture', 'canceled', 'succeeded', 'unknown'] as const),
];
const start: Merged = {
  ...{ state: 'creating', stateAt: new Date(0), refusal: null, refusalAt: null },
  ...{ refunded: 0, disputed: false, disputes: {} },
};
const word: fc.Arbitrary<Said> = fc.record({
  state: fc.constantFrom(...states),
  at: fc.integer({ min: 1, max: 6 }).map((minute) => new Date(minute * 60_000)),
  refunded: fc.integer({ min: 0, max: 3 }),
  disputed: fc.boolean(),
  dispute: fc.option(
    fc.record({
      id: fc.constantFrom('dp_1', 'dp_2'),
      state: fc.constantFrom('inquiry', 'open', 'won', 'lost'),
      amount: fc.integer({ min: 1, max: 3 }),
    }),
    { nil: undefined },
  ),
});
const told = (words: readonly Said[]) => words.reduce(merge, start);

test('any order and any number of repeats end in the same payment', () => {
  const lives = fc.array(word, { minLength: 1, maxLength: 15 }).chain((words) =>
    fc.record({
      words: fc.constant(words),
      shuffled: fc
        .tuple(
          fc.shuffledSubarray(words, { minLength: words.length }),
          fc.array(fc.constantFrom(...words), { maxLength: 10 }),
        )
        .map(([whole, repeats]) => [...whole, ...repeats]),
    }),
  );
  fc.assert(
    fc.property(lives, ({ words, shuffled }) => {
      expect(told(shuffled)).toEqual(told(words));
    }),
    { numRuns: 2_000 },
  );
});

test('what succeeded stays so, and what was refunded never becomes less', () => {
  fc.assert(
    fc.property(fc.array(word), word, (words, last) => {
      const [before, after] = [told(words), told([...words, last])];
      if (before.state === 'succeeded') expect(after.state).toBe('succeeded');
      expect(after.refunded).toBeGreaterThanOrEqual(before.refunded);
      if (before.disputed) expect(after.disputed).toBe(true);
      for (const [id, { state }] of Object.entries(before.disputes))
        if (state === 'lost') expect(after.disputes[id]?.state).toBe('lost');
    }),
  );
});
