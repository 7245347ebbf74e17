/** Importing credits: all that can be, each once, whatever happens meanwhile. */
import { describe, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { createBursar, defineCatalog, type ImportLine, type ImportProgress } from '../index.ts';

const catalog = defineCatalog({
  units: { points: { max: 1_000 }, EUR: { scale: 2 } },
  features: {},
  plans: {},
});

function lines(count: number): ImportLine[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ customer: `c${index % 90}`, unit: 'points', amount: 1 + (index % 3) },
  }));
}

describeDatabases('an import', (makeUrl) => {
  test('credits each line once, however often and however far it is sent', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl() });
    await bursar.ready();
    const all = lines(250);
    async function* cutOff() {
      for (const [index, line] of all.entries()) {
        if (index === 170) throw new Error('the stream broke');
        yield line;
      }
    }
    const seen: ImportProgress[] = [];

    const broken = bursar.wallet.import({ key: 'june', credits: cutOff() });
    await expect(broken).rejects.toThrow('the stream broke');
    const again = await bursar.wallet.import({
      ...{ key: 'june', credits: all, onProgress: (progress) => void seen.push(progress) },
    });
    const third = await bursar.wallet.import({ key: 'june', credits: all });

    expect(again).toMatchObject({ lines: 250, credited: 150, replayed: 100, refused: 0 });
    expect(third).toMatchObject({ credited: 0, replayed: 250 });
    expect(seen.map((progress) => progress.lines)).toEqual([100, 200, 250]);
    const balances = await Promise.all(
      Array.from({ length: 90 }, (_, index) =>
        bursar.wallet.balance({ customer: `c${index}`, unit: 'points' }),
      ),
    );
    const total = all.reduce((sum, line) => sum + line.amount, 0);
    expect(balances.reduce((sum, { available }) => sum + (available ?? 0), 0)).toBe(total);
    expect((await bursar.ledger.verify()).ok).toBe(true);
    await bursar.close();
  });

  test('tells which lines it refused and why, and credits the others', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl() });
    await bursar.ready();
    const bad = [
      { customer: 'ann', unit: 'points', amount: 5 },
      { customer: 'ann', unit: 'pionts', amount: 5 },
      { customer: 'ann', unit: 'points', amount: 0.5 },
      { customer: 'ann', unit: 'points', amount: 2_000 },
      { customer: 'bob', unit: 'EUR', amount: 7, expiresAt: '2020-01-01T00:00:00Z' },
      { customer: 'bob', unit: 'EUR', amount: 7 },
    ] as ImportLine[];

    const done = await bursar.wallet.import({ key: 'bad', credits: bad });

    expect(done).toMatchObject({ lines: 6, credited: 2, refused: 4 });
    expect(done.refusals.map(({ line, code }) => [line, code])).toEqual([
      [2, 'unit_unknown'],
      [3, 'invalid_amount'],
      [4, 'limit_exceeded'],
      [5, 'validation'],
    ]);
    expect(await bursar.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 5,
    });
    expect((await bursar.ledger.verify()).ok).toBe(true);
    await bursar.close();
  });

  test('beside spends of the same balances loses neither', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl() });
    await bursar.ready();
    const each = (amount: number): ImportLine[] =>
      Array.from({ length: 60 }, (_, index) => ({ customer: `c${index}`, unit: 'points', amount }));
    await bursar.wallet.import({ key: 'first', credits: each(100) });

    const [summary, ...spends] = await Promise.all([
      bursar.wallet.import({ key: 'second', credits: [...each(1), ...each(2), ...each(4)] }),
      ...Array.from({ length: 300 }, (_, index) =>
        bursar.wallet.debit({ customer: `c${index % 60}`, unit: 'points', amount: 3 }),
      ),
    ]);

    expect(summary).toMatchObject({ credited: 180, refused: 0 });
    expect(spends).toHaveLength(300);
    const balances = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        bursar.wallet.balance({ customer: `c${index}`, unit: 'points' }),
      ),
    );
    expect(balances.map(({ available }) => available)).toEqual(Array(60).fill(100 + 7 - 15));
    expect((await bursar.ledger.verify()).broken).toEqual([]);
    await bursar.close();
  });

  test('two runs at once under one key credit each line once', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl() });
    await bursar.ready();
    const all = lines(120);

    const both = await Promise.all([
      bursar.wallet.import({ key: 'twice', credits: all }),
      bursar.wallet.import({ key: 'twice', credits: all }),
    ]);

    expect(both.reduce((sum, one) => sum + one.credited, 0)).toBe(120);
    expect((await bursar.ledger.verify()).ok).toBe(true);
    await bursar.close();
  });
});

describe('an import that cannot be read', () => {
  test('is refused before anything is opened', async () => {
    const bursar = createBursar({ catalog, database: 'memory://' });

    const noKey = bursar.wallet.import({ key: '', credits: [] });
    const noList = bursar.wallet.import({ key: 'k', credits: 7 as never });

    await expect(noKey).rejects.toMatchObject({ errors: [{ pointer: '/key' }] });
    await expect(noList).rejects.toMatchObject({ errors: [{ pointer: '/credits' }] });
    await bursar.close();
  });
});
