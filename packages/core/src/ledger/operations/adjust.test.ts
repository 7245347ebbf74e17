/** Setting what is settled: by one entry, within the limits, or not at all. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, place, points, take } from '#test/fresh-books.ts';
import { adjust, listEntries, readBalance, setLimits, verify } from '../index.ts';

describeBooks('adjusting', (fresh) => {
  test('books the difference: more as a grant, less from the grants in burn order', async () => {
    const { scope } = await fresh();
    await fill(scope, 10, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    await fill(scope, 50);

    const less = await adjust(scope, { ...points, to: 45 });
    const same = await adjust(scope, { ...points, to: 45 });
    const more = await adjust(scope, { ...points, to: 70 });

    expect([less.difference, same, more.difference]).toMatchObject([-15, { transferId: null }, 25]);
    const { items } = await listEntries(scope, { ...points, kind: 'adjustment' });
    expect(items.map(({ amount, settled }) => [amount, settled])).toEqual([
      [25, 70],
      [-15, 45],
    ]);
    const { grants } = await readBalance(scope, points);
    expect(grants.map(({ source, remaining }) => [source, remaining])).toEqual([
      ['top_up', 0],
      ['top_up', 45],
      ['adjustment', 25],
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('refuses what is held, the floor, the ceiling and features, and writes nothing', async () => {
    const { scope } = await fresh();
    await fill(scope, 50);
    await place(scope, 'points', 20);
    await setLimits(scope, { ...points, ceiling: 60 });

    const codes = await Promise.all(
      [
        { ...points, to: 19 },
        { ...points, to: 61 },
        { ...points, unit: 'seats', to: 1 },
        { ...points, unit: 'api-calls', to: 1 },
      ].map((asked) => adjust(scope, asked).catch((error: { code: string }) => error.code)),
    );

    expect(codes).toEqual([
      'insufficient_balance',
      'limit_exceeded',
      'invalid_state',
      'invalid_state',
    ]);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 50, available: 30 });
  });

  test('goes below 0 only above the floor, and a later credit fills the gap', async () => {
    const { scope } = await fresh();
    const credits = { customer: 'ann', unit: 'credit' };

    await adjust(scope, { ...credits, to: -50 });
    const deeper = adjust(scope, { ...credits, to: -51 });
    await expect(deeper).rejects.toMatchObject({ code: 'insufficient_balance' });
    await fill(scope, 70, { unit: 'credit' });

    expect(await readBalance(scope, credits)).toMatchObject({ settled: 20 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('happens once under a key, also at once; another request is a conflict', async () => {
    const { scope } = await fresh();
    await fill(scope, 50);

    const twins = await Promise.all(
      [1, 2, 3].map(() => adjust(scope, { ...points, to: 40, key: 'count' })),
    );
    await take(scope, 'points', 5);
    const late = await adjust(scope, { ...points, to: 40, key: 'count' });

    expect(twins.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(late).toMatchObject({ replayed: true, figures: { settled: 35 } });
    await expect(adjust(scope, { ...points, to: 41, key: 'count' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await verify(scope)).toEqual(clean);
  });
});
