/** Holds of a customer, as they are now. */
import { expect, test } from 'vitest';
import { describeBooks, fill, place } from '#test/fresh-books.ts';
import { captureHold, listHolds, releaseHold } from '../index.ts';

const ann = { customer: 'ann' };

describeBooks('listing holds', (fresh) => {
  test('newest first, with what each reserves, and over once its time is', async () => {
    const { scope, books } = await fresh();
    await fill(scope, 100);
    const first = await place(scope, 'points', 10, { reference: { type: 'job', id: '7' } });
    const second = await place(scope, 'points', 20);
    const third = await place(scope, 'points', 30);
    await captureHold(scope, { hold: first.id, amount: 4, source: 'test' });
    await releaseHold(scope, { hold: second.id });

    const now = await listHolds(scope, ann);
    const later = await listHolds(await books.at('2026-01-10T14:00:00Z'), ann);

    expect(now.items.map(({ id, state }) => [id, state])).toEqual([
      [third.id, 'open'],
      [second.id, 'released'],
      [first.id, 'captured'],
    ]);
    expect(now.items[2]).toMatchObject({
      reference: { type: 'job', id: '7' },
      parts: [{ unit: 'points', amount: 10, captured: 4, released: 6 }],
    });
    expect(later.items[0]).toMatchObject({
      state: 'expired',
      parts: [{ amount: 30, captured: 0, released: 30 }],
    });
  });

  test('by state and in pages, of nobody else; a cursor of another list is refused', async () => {
    const { scope } = await fresh();
    await fill(scope, 100);
    for (const _ of [1, 2, 3]) await place(scope, 'points', 5);

    const page = await listHolds(scope, { ...ann, limit: 2 });
    const rest = await listHolds(scope, { ...ann, limit: 2, cursor: page.next ?? '' });

    expect([page.items.length, rest.items.length, rest.next]).toEqual([2, 1, null]);
    expect((await listHolds(scope, { ...ann, state: 'captured' })).items).toEqual([]);
    expect((await listHolds(scope, { customer: 'bob' })).items).toEqual([]);
    await expect(listHolds(scope, { ...ann, cursor: 'x' })).rejects.toMatchObject({
      code: 'cursor',
    });
  });
});
