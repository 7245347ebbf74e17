/** A balance explained: the sum closes at every moment, and every use names who paid for it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBooks, fill, noon, place, points, take, taken } from '#test/fresh-books.ts';
import type { Scope } from '../../kernel/index.ts';
import {
  adjust,
  balanceAt,
  captureHold,
  explain,
  giveBack,
  readBalance,
  releaseHold,
  reverse,
  setExpiry,
  sumEntries,
  voidGrant,
} from '../index.ts';

const march = '2026-03-01T00:00:00Z';

/** The identity that always closes, and the figures that a read gives at the same moment. */
async function expectClosed(scope: Scope): Promise<void> {
  const [{ sums, settled, held, grants }, read] = [
    await explain(scope, points),
    await readBalance(scope, points),
  ];
  expect(Object.values(sums).reduce((sum, one) => sum + one, 0)).toBe(settled);
  expect([settled, held]).toEqual([read.settled, read.held]);
  expect(grants.map(({ id, free }) => [id, free])).toEqual(
    read.grants.map(({ id, remaining }) => [id, remaining]),
  );
}

const step = fc.record({
  act: fc.constantFrom(
    ...(['credit', 'lot', 'spend', 'hold', 'capture', 'release', 'back'] as const),
    ...(['void', 'reverse', 'adjust', 'expire', 'wait'] as const),
  ),
  units: fc.integer({ min: 1, max: 15 }),
});

describeBooks('explaining', (fresh) => {
  test('says what filled and emptied a balance, who paid, and what is held', async () => {
    const { scope, books } = await fresh();
    const soon = await fill(scope, 10, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    const lasting = await fill(scope, 50);
    const spent = await taken(scope, 'points', 14);
    const { id: hold } = await place(scope, 'points', 6);
    await giveBack(scope, { ...points, of: spent, amount: 2, source: 'test' });

    const told = await explain(scope, points);
    const later = await explain(await books.at(march), points);

    expect(told.sums).toMatchObject({ granted: 60, spent: -14, givenBack: 2, expired: 0 });
    expect(told).toMatchObject({ settled: 48, held: 6, available: 42 });
    expect(told.uses.items).toMatchObject([
      { kind: 'hold', units: 6, payments: [{ grant: lasting.grant, units: 6 }] },
      {
        ...{ id: spent, kind: 'debit', units: 14 },
        payments: [
          { grant: soon.grant, units: 10 },
          { grant: lasting.grant, units: 4 },
        ],
      },
    ]);
    expect(told.holds).toMatchObject([{ hold, amount: 6 }]);
    expect(later).toMatchObject({ held: 0, settled: 48, holds: [] });
    expect(later.grants).toMatchObject([{ id: lasting.grant, amount: 50, free: 48, drawn: 2 }]);
  });

  test('shows an expiry before anybody has booked it, and pages through the uses', async () => {
    const { scope, books } = await fresh();
    await fill(scope, 10, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    for (const units of [1, 2, 3]) await take(scope, 'points', units);

    const first = await explain(await books.at(march), { ...points, limit: 2 });
    const second = await explain(scope, { ...points, limit: 2, cursor: first.uses.next ?? '' });

    expect(first).toMatchObject({ settled: 0, sums: { granted: 10, spent: -6, expired: -4 } });
    expect(first.uses.items.map(({ units }) => units)).toEqual([3, 2]);
    expect([second.uses.items.map(({ units }) => units), second.uses.next]).toEqual([[1], null]);
    expect(await explain(scope, { customer: 'nobody', unit: 'points' })).toMatchObject({
      ...{ settled: 0, sums: { granted: 0 }, grants: [], uses: { items: [] } },
    });
  });

  test('closes after every step of any story, now and later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { books } = await fresh();
        let hours = 0;
        let names: { spent: string | null; hold: string | null; grant: string | null } = {
          ...{ spent: null, hold: null, grant: null },
        };
        for (const { act, units } of steps) {
          const scope = await books.at(new Date(Date.parse(noon) + ++hours * 600_000));
          names = await perform(scope, act, units, names).catch(() => names);
          await expectClosed(scope);
        }
        await expectClosed(await books.at(march));
      }),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 15) },
    );
  });

  test('of a moment, it is what a read said then; totals add up what moved between two', async () => {
    const { books } = await fresh();
    const stood: [Date, number, number][] = [];
    for (let day = 1; day <= 8; day += 1) {
      const scope = await books.at(`2026-01-1${day}T12:00:00Z`);
      if (day % 3 === 1) await fill(scope, 20);
      else if (day % 3 === 2) await take(scope, 'points', day);
      else await place(scope, 'points', 3, { hold: undefined });
      const { settled, held } = await readBalance(scope, points);
      stood.push([scope.now, settled, held]);
    }
    const now = await books.at(march);

    for (const [at, settled, held] of stood)
      expect(await balanceAt(now, { ...points, at })).toMatchObject({ settled, held });
    const before = new Date('2026-01-01T00:00:00Z');
    expect(await balanceAt(now, { ...points, at: before })).toMatchObject({ sequence: 0 });
    const [from, to] = [new Date('2026-01-12T00:00:00Z'), new Date('2026-01-15T12:00:00Z')];
    expect(await sumEntries(now, { customer: 'ann', from, to })).toEqual([
      { unit: 'points', amount: -5 },
    ]);
    expect(await sumEntries(now, { ...points, from, to, all: true })).toEqual([
      { unit: 'points', amount: 15 },
    ]);
    expect(await sumEntries(now, { customer: 'ann', unit: 'EUR', from, to })).toEqual([
      { unit: 'EUR', amount: 0 },
    ]);
  });
});

type Names = { spent: string | null; hold: string | null; grant: string | null };

/** Refusals are part of the story: then nothing has changed. */
async function perform(scope: Scope, act: string, units: number, names: Names): Promise<Names> {
  const { spent, hold, grant } = names;
  const soon = new Date(scope.now.getTime() + units * 900_000);
  if (act === 'credit') return { ...names, grant: (await fill(scope, units)).grant };
  if (act === 'lot')
    return { ...names, grant: (await fill(scope, units, { expiresAt: soon })).grant };
  if (act === 'spend') return { ...names, spent: await taken(scope, 'points', units) };
  if (act === 'hold') return { ...names, hold: (await place(scope, 'points', units)).id };
  if (act === 'capture' && hold)
    await captureHold(scope, { hold, amount: units, final: units % 2 === 0, source: 'test' });
  if (act === 'release' && hold) await releaseHold(scope, { hold });
  if (act === 'back' && spent)
    await giveBack(scope, { ...points, of: spent, amount: units, source: 'test' });
  if (act === 'void' && grant) await voidGrant(scope, { grant });
  if (act === 'reverse' && spent) await reverse(scope, { transfer: spent, amount: units });
  if (act === 'adjust') await adjust(scope, { ...points, to: units * 3 });
  if (act === 'expire') await setExpiry(scope, { ...points, expiresAt: soon });
  return names;
}
