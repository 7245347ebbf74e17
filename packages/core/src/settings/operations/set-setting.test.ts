/**
 * Settings: the default until somebody stores a value, then that, and news of each change.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { getSetting, setSetting } from '../index.ts';

let tenants = 0;

describeMigrated('settings', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `settings${++tenants}`);
    return { books, scope: await books.at('2026-01-10T00:00:00Z') };
  };

  test('a value that nobody stored is the default, a stored one is read by its tenant alone', async () => {
    const { scope } = await fresh();
    const { scope: elsewhere } = await fresh();
    const before = await getSetting(scope, 'holds.ttl');

    await setSetting(scope, { key: 'holds.ttl', value: 'PT1H' });

    expect([before, await getSetting(scope, 'holds.ttl')]).toEqual(['P7D', 'PT1H']);
    expect(await getSetting(elsewhere, 'holds.ttl')).toBe('P7D');
  });

  test('a change is announced with its difference, the same value again is not', async () => {
    const { books, scope } = await fresh();

    await setSetting(scope, { key: 'holds.ttl', value: 'PT1H' });
    await setSetting(scope, { key: 'holds.ttl', value: 'PT1H' });

    expect(books.news.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'setting.changed', data: { key: 'holds.ttl', old: 'P7D', new: 'PT1H' } },
    ]);
  });

  test('changes that come at once are told as a chain', async () => {
    const { books, scope } = await fresh();
    const values = Array.from({ length: 5 }, (_, index) => `PT${index + 1}H`);

    await Promise.all(values.map((value) => setSetting(scope, { key: 'holds.ttl', value })));

    const steps = books.news.map(({ data }) => data as { old: string; new: string });
    const last = await getSetting(scope, 'holds.ttl');
    expect(steps).toHaveLength(5);
    const from = new Map(steps.map((step) => [step.old, step.new]));
    let value: unknown = 'P7D';
    for (const _ of steps) value = from.get(value as string);
    expect(value).toBe(last);
  });

  test('a key that no rule reads is refused', async () => {
    const { scope } = await fresh();

    await expect(getSetting(scope, 'toString')).rejects.toMatchObject({ code: 'not_found' });
    await expect(setSetting(scope, { key: 'nope', value: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test.each([1, 'soon', null, 'P', 'P7X', 'PT0S'])('%j is no value of holds.ttl', async (value) => {
    const { books, scope } = await fresh();

    await expect(setSetting(scope, { key: 'holds.ttl', value })).rejects.toMatchObject({
      code: 'validation',
    });
    expect(await getSetting(scope, 'holds.ttl')).toBe('P7D');
    expect(books.news).toEqual([]);
  });
});
