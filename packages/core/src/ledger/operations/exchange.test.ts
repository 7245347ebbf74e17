/** One unit for another: at the rate that was asked first, rounded once, never to one's gain, and all or nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, describeBooks, fill, points } from '#test/fresh-books.ts';
import { convertAmount, type Scope } from '../../kernel/index.ts';
import { exchange, fixedRates, type Rates, readBalance, setLimits, verify } from '../index.ts';

const table = fixedRates({
  ...{ base: 'EUR', rates: { points: '100', credit: '3' }, source: 'table' },
  at: new Date('2026-01-01T00:00:00Z'),
});
const _euros = { customer: 'ann', unit: 'EUR' } as const;

function at(scope: Scope, rates: Rates = table): Scope {
  return { ...scope, ports: { ...scope.ports, rates } };
}

const left = async (scope: Scope, unit: string) =>
  (await readBalance(scope, { customer: 'ann', unit })).available;

describeBooks('exchanging', (fresh) => {
  test('moves both balances, keeps the rate, and carries the ends over', async () => {
    const { scope } = await fresh();
    const soon = new Date('2026-02-01T00:00:00Z');
    await fill(scope, 100, { unit: 'EUR', expiresAt: soon });
    await fill(scope, 900, { unit: 'EUR' });

    const done = await exchange(at(scope), {
      customer: 'ann',
      from: 'EUR',
      to: 'points',
      amount: 250,
    });

    expect(done).toMatchObject({
      ...{ received: 250, of: '100', per: '1', source: 'table', residue: '0', replayed: false },
      ...{ at: '2026-01-01T00:00:00.000Z', given: { available: 750 }, taken: { available: 250 } },
    });
    const { grants } = await readBalance(scope, points);
    expect(grants.map(({ source, amount, expiresAt }) => [source, amount, expiresAt])).toEqual([
      ['exchange', 100, soon],
      ['exchange', 150, null],
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('rounds down and says what was cut off; what comes to nothing is refused', async () => {
    const { scope } = await fresh();
    await fill(scope, 1000, { unit: 'EUR' });
    const asked = { customer: 'ann', from: 'EUR', to: 'credit' };

    const done = await exchange(at(scope), { ...asked, amount: 100 + 50 });
    const little = exchange(at(scope), { ...asked, amount: 33 });

    expect(done).toMatchObject({ received: 4, residue: '1/2' });
    await expect(little).rejects.toMatchObject({ code: 'invalid_amount' });
    expect(await left(scope, 'EUR')).toBe(850);
    expect(await verify(scope)).toEqual(clean);
  });

  test('without a rate, or one that would be waited for in a transaction, nothing is written', async () => {
    const { scope } = await fresh();
    await fill(scope, 100, { unit: 'EUR' });
    const asked = { customer: 'ann', from: 'EUR', to: 'points', amount: 10 };
    const slow: Rates = { find: async (pair) => table.find(pair) };

    const codes = await Promise.all(
      [
        exchange(scope, asked),
        exchange(at(scope), { ...asked, to: 'api-calls' }),
        at(scope, slow).transaction((inner) => exchange(at(inner, slow), asked)),
      ].map((one) => one.catch((error: { code: string }) => error.code)),
    );
    const waited = await exchange(at(scope, slow), asked);

    expect(codes).toEqual(['rate_missing', 'rate_missing', 'rate_missing']);
    expect(waited.received).toBe(10);
    expect([await left(scope, 'EUR'), await left(scope, 'points')]).toEqual([90, 10]);
  });

  test('too little, a ceiling, a feature and one unit are refused, and nothing is written', async () => {
    const { scope } = await fresh();
    const rates = fixedRates({ base: 'EUR', rates: { points: '100', seats: '1' } });
    await fill(scope, 100, { unit: 'EUR' });
    await setLimits(scope, { ...points, ceiling: 50 });
    const asked = { customer: 'ann', from: 'EUR', to: 'points', amount: 10 };

    const codes = await Promise.all(
      [{ amount: 101 }, { amount: 51 }, { to: 'seats', amount: 100 }, { to: 'EUR' }].map((more) =>
        exchange(at(scope, rates), { ...asked, ...more }).catch(
          (error: { code: string }) => error.code,
        ),
      ),
    );

    expect(codes).toEqual([
      ...['insufficient_balance', 'limit_exceeded', 'invalid_state', 'invalid_state'],
    ]);
    expect([await left(scope, 'EUR'), await left(scope, 'points')]).toEqual([100, 0]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a key has one effect, also at once, and answers with the rate it was done at', async () => {
    const { scope } = await fresh();
    await fill(scope, 1000, { unit: 'EUR' });
    const asked = { customer: 'ann', from: 'EUR', to: 'points', amount: 100, key: 'x' };
    const dearer = fixedRates({ base: 'EUR', rates: { points: '200' } });

    const twins = await Promise.all([1, 2, 3].map(() => exchange(at(scope), asked)));
    const late = await exchange(at(scope, dearer), asked);

    expect(twins.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(late).toMatchObject({ replayed: true, received: 100, of: '100' });
    expect(late.transferId).toBe(twins[0]?.transferId);
    await expect(exchange(at(scope), { ...asked, amount: 101 })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await left(scope, 'points')).toBe(100);
  });

  test('a storm there and back, beside each other, ends with no more than there was', async () => {
    const { scope } = await fresh();
    await fill(scope, 5_000, { unit: 'EUR' });
    await fill(scope, 5_000);

    const storm = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) => {
        const [from, to] = index % 2 ? ['EUR', 'points'] : ['points', 'EUR'];
        return exchange(at(scope), { customer: 'ann', from, to, amount: 7 + index });
      }),
    );

    expect(storm.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect((await left(scope, 'EUR')) + (await left(scope, 'points'))).toBe(10_000);
    expect(await verify(scope)).toEqual(clean);
  });
});

describe('rates', () => {
  const decimal = fc
    .tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 3 }))
    .map(([digits, scale]) => {
      const text = String(digits).padStart(scale + 1, '0');
      return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
    });

  test('there and back never gains, whatever the rate and the scales', () => {
    fc.assert(
      fc.property(
        fc.record({
          ...{ amount: fc.integer({ min: 1, max: 10_000 }), of: decimal, per: decimal },
          ...{ from: fc.integer({ min: 0, max: 3 }), to: fc.integer({ min: 0, max: 3 }) },
        }),
        ({ amount, of, per, from, to }) => {
          const there = convertAmount(amount, { of, per }, { from, to, rounding: 'down' });
          fc.pre(there.amount > 0);
          const factor = { of: per, per: of };
          const back = convertAmount(there.amount, factor, {
            from: to,
            to: from,
            rounding: 'down',
          });
          expect(back.amount).toBeLessThanOrEqual(amount);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
