/** Ids tell their kind and sort by age. */
import { expect, test } from 'vitest';
import { newId } from './ids.ts';

test('an id tells its kind, is unlike any other, and sorts after those made before it', () => {
  const ids = Array.from({ length: 1_000 }, () => newId('sub'));

  expect(ids[0]).toMatch(
    /^sub_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});
