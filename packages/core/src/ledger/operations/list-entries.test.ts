/** Statements: newest first, page by page, filtered. */
import { expect, test } from 'vitest';
import { describeBooks, fill, points, source, taken } from '#test/fresh-books.ts';
import { credit, listEntries } from '../index.ts';

describeBooks('listing entries', (fresh) => {
  test('a statement pages by its own cursor and refuses any other', async () => {
    const { scope } = await fresh();
    for (let index = 1; index <= 5; index += 1)
      await credit(scope, { ...points, amount: index, source });

    const one = await listEntries(scope, { ...points, limit: 2 });
    const two = await listEntries(scope, { ...points, limit: 2, cursor: one.next ?? '' });

    expect([...one.items, ...two.items].map((line) => line.amount)).toEqual([5, 4, 3, 2]);
    await expect(listEntries(scope, { ...points, cursor: 'x' })).rejects.toMatchObject({
      code: 'cursor',
    });
    await expect(
      listEntries(scope, { ...points, unit: 'EUR', cursor: one.next ?? '' }),
    ).rejects.toMatchObject({ code: 'cursor' });
  });

  test('filters part entries by kind, reference and half-open time', async () => {
    const { books, scope } = await fresh();
    await fill(scope, 10);
    const later = await books.at('2026-01-10T13:00:00Z');
    await taken(later, 'points', 1, { reference: { type: 'report', id: 'r1' } });
    const list = async (filter: object) =>
      (await listEntries(later, { ...points, ...filter })).items.map((line) => line.amount);

    expect(await list({ kind: 'debit' })).toEqual([-1]);
    expect(await list({ referenceType: 'report' })).toEqual([-1]);
    expect(await list({ from: scope.now, to: later.now })).toEqual([10]);
    expect(await list({ from: later.now })).toEqual([-1]);
    expect(await list({ customer: 'bob' })).toEqual([]);
  });
});
