/** Releasing and extending holds: what comes back, to whom, and until when. */
import { expect, test } from 'vitest';
import {
  clean,
  describeBooks,
  type Fresh,
  fill,
  place,
  points,
  source,
} from '#test/fresh-books.ts';
import {
  captureHold,
  extendHold,
  listEntries,
  readBalance,
  releaseHold,
  verify,
} from '../index.ts';

/** Books with 100 points of ann's. */
async function filled(fresh: Fresh) {
  const { books, scope } = await fresh();
  await fill(scope, 100);
  return { books, scope };
}

describeBooks('releasing a hold', (fresh) => {
  test('what it reserved goes back to the grants that were to pay, and expires with those that are over', async () => {
    const { books, scope } = await fresh();
    await fill(scope, 5, { expiresAt: new Date('2026-01-10T12:30:00Z') });
    await fill(scope, 5);
    const { id } = await place(scope, 'points', 8);
    const late = await books.at('2026-01-10T12:45:00Z');

    const { released } = await releaseHold(late, { hold: id });

    expect(released).toBe(8);
    const read = await readBalance(late, points);
    expect(read).toMatchObject({ settled: 5, held: 0, available: 5 });
    expect(read.grants.map((grant) => grant.remaining)).toEqual([5]);
    const [last, before] = (await listEntries(late, points)).items;
    expect([before?.kind, before?.heldAmount, last?.kind, last?.amount]).toEqual([
      'release',
      -8,
      'expiry',
      -5,
    ]);
    expect(await verify(late)).toEqual(clean);
  });

  test('after its time a hold is over: reads leave it out, a late capture is told, and an extended one lives', async () => {
    const { books, scope } = await filled(fresh);
    const late = await place(scope, 'points', 10);
    const extended = await place(scope, 'points', 20);
    await extendHold(scope, { hold: extended.id, until: new Date('2026-01-10T20:00:00Z') });

    const afternoon = await books.at('2026-01-10T14:00:00Z');
    const read = await readBalance(afternoon, points);

    expect(read).toMatchObject({ held: 20, available: 80 });
    await expect(captureHold(afternoon, { hold: late.id, source })).rejects.toMatchObject({
      code: 'hold_expired',
    });
    await captureHold(afternoon, { hold: extended.id, source });
    await expect(releaseHold(afternoon, { hold: late.id })).rejects.toMatchObject({
      code: 'hold_expired',
    });
    expect(await readBalance(afternoon, points)).toMatchObject({ settled: 80, held: 0 });
    expect(await verify(afternoon)).toEqual(clean);
  });

  test('a hold that is over cannot be extended, one that is unknown neither', async () => {
    const { books, scope } = await filled(fresh);
    const released = await place(scope, 'points', 10);
    const expired = await place(scope, 'points', 10);
    await releaseHold(scope, { hold: released.id });
    const late = await books.at('2026-01-10T14:00:00Z');
    const until = new Date('2026-01-11T00:00:00Z');

    for (const [hold, code] of [
      [released.id, 'hold_closed'],
      [expired.id, 'hold_expired'],
      ['hld_none', 'not_found'],
    ] as const) {
      await expect(extendHold(late, { hold, until })).rejects.toMatchObject({ code });
    }
    expect(await readBalance(late, points)).toMatchObject({ settled: 100, held: 0 });
    expect(await verify(late)).toEqual(clean);
  });
});
