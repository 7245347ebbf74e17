/**
 * Settings: the default until somebody stores a value, then that, and news of each change.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import type { Scope } from '../../kernel/index.ts';
import {
  exportSettings,
  getSetting,
  importSettings,
  listSettings,
  setSetting,
  showSetting,
  unsetSetting,
} from '../index.ts';

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
      {
        type: 'setting.changed',
        data: { key: 'holds.ttl', region: null, locale: null, old: 'P7D', new: 'PT1H', version: 1 },
      },
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

  test('a value for a place holds there, and of several the most special one does', async () => {
    const { scope } = await fresh();
    const key = 'withdrawals.minAmount';
    const at = (region?: string, locale?: string) => getSetting(scope, key, { region, locale });
    const seen = async () => [
      await at('UA', 'uk'),
      await at('UA', 'en'),
      await at('PL', 'uk'),
      await at(),
    ];
    const before = await seen();

    await setSetting(scope, { key, value: 1 });
    const everywhere = await seen();
    await setSetting(scope, { key, locale: 'uk', value: 2 });
    const locale = await seen();
    await setSetting(scope, { key, region: 'UA', value: 3 });
    const region = await seen();
    await setSetting(scope, { key, region: 'UA', locale: 'uk', value: 4 });

    expect(before).toEqual([0, 0, 0, 0]);
    expect(everywhere).toEqual([1, 1, 1, 1]);
    expect(locale).toEqual([2, 1, 2, 1]);
    expect(region).toEqual([3, 3, 2, 1]);
    expect(await seen()).toEqual([4, 3, 2, 1]);
  });

  test('a stored value comes before the host’s own, that before the default; deleting falls back', async () => {
    const { books, scope: bare } = await fresh();
    const configuredSettings = new Map<string, unknown>([['holds.ttl', 'P2D']]);
    const scope: Scope = { ...bare, ports: { ...bare.ports, configuredSettings } };
    const key = 'holds.ttl';

    const configured = await getSetting(scope, key);
    await setSetting(scope, { key, value: 'P3D' });
    const stored = await getSetting(scope, key);
    const deleted = await unsetSetting(bare, { key });
    const again = await unsetSetting(bare, { key });

    expect([configured, stored, await getSetting(scope, key)]).toEqual(['P2D', 'P3D', 'P2D']);
    expect(deleted).toMatchObject({ old: 'P3D', new: 'P7D', changed: true });
    expect(again).toMatchObject({ old: 'P7D', new: 'P7D', changed: false });
    expect(books.news.map(({ data }) => data.version)).toEqual([1, 2]);
  });

  test('what is stored again as it was in force is kept without news, and holds when the default moves', async () => {
    const { books, scope } = await fresh();

    const change = await setSetting(scope, { key: 'holds.ttl', value: 'P7D' });

    expect(change).toMatchObject({ old: 'P7D', new: 'P7D', changed: true });
    expect(books.news).toEqual([]);
    expect((await listSettings(scope, { group: 'holds' })).items).toMatchObject([
      { key: 'holds.ttl', source: 'stored', value: 'P7D' },
    ]);
  });

  test('an older key, or one with "_" for capitals, leads to the setting', async () => {
    const { scope } = await fresh();

    await setSetting(scope, { key: 'withdrawals.min_amount', value: 5 });
    await setSetting(scope, { key: 'subscriptions.credit_on_downgrade', value: true });

    expect(await getSetting(scope, 'withdrawals.minAmount')).toBe(5);
    expect(await getSetting(scope, 'subscriptions.creditProration')).toBe(true);
    expect(await showSetting(scope, 'withdrawals.min_amount')).toBe(5);
    expect((await exportSettings(scope)).settings.map(({ key }) => key)).toEqual([
      ...['subscriptions.creditProration', 'withdrawals.minAmount'],
    ]);
  });

  test('a group is read nested, with the places of whoever asks', async () => {
    const { scope } = await fresh();
    await setSetting(scope, { key: 'credits.warnAtOrBelow', region: 'UA', value: 3 });

    expect(await showSetting(scope, 'credits')).toEqual({ warnAtOrBelow: 0, warnExpiresIn: 'P7D' });
    expect(await showSetting(scope, { key: 'credits', region: 'UA' })).toEqual({
      ...{ warnAtOrBelow: 3, warnExpiresIn: 'P7D' },
    });
  });

  test('an export comes in elsewhere as it was, and a second time without effect', async () => {
    const { scope: from } = await fresh();
    const { books, scope: to } = await fresh();
    await setSetting(from, { key: 'holds.ttl', value: 'PT1H' });
    await setSetting(from, { key: 'withdrawals.maxAmount', region: 'UA', value: null });
    await setSetting(from, { key: 'withdrawals.maxAmount', locale: 'en', value: 7 });
    await setSetting(to, { key: 'withdrawals.enabled', value: false });

    const taken = await exportSettings(from);
    const first = await importSettings(to, taken);
    const second = await importSettings(to, taken);

    expect(first.map(({ changed }) => changed)).toEqual([true, true, true]);
    expect(second.map(({ changed }) => changed)).toEqual([false, false, false]);
    expect((await exportSettings(to)).settings).toEqual([
      ...[
        taken.settings[0],
        { key: 'withdrawals.enabled', region: null, locale: null, value: false },
      ],
      ...taken.settings.slice(1),
    ]);
    // What was null before is null now: no news of it.
    expect(books.news.map(({ data }) => [data.key, data.locale, data.version])).toEqual([
      ...[['withdrawals.enabled', null, 1]],
      ...[['holds.ttl', null, 2]],
      ...[['withdrawals.maxAmount', 'en', 2]],
    ]);
  });

  test.each([
    [
      'a value that does not fit',
      { key: 'holds.ttl', value: 7 },
      'validation',
      '/settings/1/value',
    ],
    ['an unknown key', { key: 'holds.tll', value: 'P7D' }, 'not_found', null],
    [
      'a place that is none',
      { key: 'holds.ttl', value: 'P7D', region: 'ua' },
      'validation',
      '/settings/1/region',
    ],
    [
      'a key that is there twice',
      { key: 'withdrawals.min_amount', value: 2 },
      'validation',
      '/settings/1/key',
    ],
  ])('an import with %s is refused whole', async (_, wrong, code, pointer) => {
    const { books, scope } = await fresh();
    const settings = [{ key: 'withdrawals.minAmount', value: 5 }, wrong];

    const refused = importSettings(scope, { settings });

    await expect(refused).rejects.toMatchObject({
      code,
      ...(pointer && { errors: [{ pointer }] }),
    });
    expect((await exportSettings(scope)).settings).toEqual([]);
    expect(books.news).toEqual([]);
  });

  test('a refusal names the key and what to send', async () => {
    const { scope } = await fresh();

    await expect(setSetting(scope, { key: 'holds.ttl', value: 'soon' })).rejects.toMatchObject({
      errors: [
        {
          pointer: '/value',
          detail: 'must be an ISO 8601 duration above zero, like P7D (setting holds.ttl)',
        },
      ],
    });
    await expect(setSetting(scope, { key: 'holds.tll', value: 'P7D' })).rejects.toMatchObject({
      code: 'not_found',
      details: { key: 'holds.tll', known: ['holds.ttl'] },
    });
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
