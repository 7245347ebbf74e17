/** Limits of one balance's own: they win over the unit's until taken back. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, take } from '#test/fresh-books.ts';
import { readBalance, setLimits, verify } from '../index.ts';

describeBooks('setting limits', (fresh) => {
  test('a floor above what is available stops spending, is kept as debt, and credits fill it', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);

    await setLimits(scope, { ...points, floor: 15 });
    const stopped = await take(scope, 'points', 1);
    await fill(scope, 6);
    const one = await take(scope, 'points', 1);
    const two = await take(scope, 'points', 1);

    expect([stopped.allowed, one.allowed, two.allowed]).toEqual([false, true, false]);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 15, floor: 15 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('what is left out stays as it is, none is none, and the own ones can be taken back', async () => {
    const { scope } = await fresh();
    const figures = [
      await setLimits(scope, { ...points, floor: -5 }),
      await setLimits(scope, { ...points, ceiling: 7 }),
      await setLimits(scope, { ...points, floor: null, ceiling: null }),
      await setLimits(scope, { ...points, inherit: true }),
    ];

    expect(figures.map(({ floor, ceiling }) => [floor, ceiling])).toEqual([
      [-5, 1_000_000],
      [-5, 7],
      [0 - Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      [0, 1_000_000],
    ]);
    expect(await verify(scope)).toEqual(clean);
  });
});
