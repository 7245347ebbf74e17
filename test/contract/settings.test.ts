/** Settings over HTTP: operators read and change them with a reason, and nobody else; each refusal says what to send. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const reason = 'asked by support';

describeContract('settings', ({ host }) => {
  const prefix = '/billing';
  const root = `${prefix}/admin/settings`;
  const started = async () => {
    const calls = await host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
    return {
      ...calls,
      post: (path: string, body: object) => calls.post(`${root}${path}`, 'root', body, asAdmin),
      get: (path: string) => calls.get(`${root}${path}`, 'root', asAdmin),
      audit: (query: string) => calls.get(`${prefix}/admin/audit?${query}`, 'root', asAdmin),
    };
  };

  test('are listed with their source, stored, deleted, and each change is in the audit', async () => {
    const calls = await started();

    const set = await calls.post('/set', { key: 'credits.warn_at_or_below', value: 4, reason });
    const there = await calls.post('/set', {
      ...{ key: 'credits.warnAtOrBelow', region: 'UA', locale: 'uk', value: 9, reason },
    });
    const same = await calls.post('/set', { key: 'credits.warnAtOrBelow', value: 4, reason });
    const listed = await calls.get('?group=credits&region=UA&locale=uk');
    const unset = await calls.post('/unset', { key: 'credits.warnAtOrBelow', reason: 'a mistake' });

    const where = { region: null, locale: null };
    expect(set).toMatchObject({
      status: 200,
      body: { key: 'credits.warnAtOrBelow', ...where, old: 0, new: 4, changed: true },
    });
    expect(there.body).toMatchObject({ region: 'UA', locale: 'uk', old: 4, new: 9 });
    expect(same.body).toMatchObject({ changed: false });
    expect(listed.body.items).toEqual([
      {
        ...{ key: 'credits.warnAtOrBelow', group: 'credits', type: 'amount', default: 0 },
        ...{ title: expect.any(String), value: 9, source: 'stored' },
        stored: [
          { ...where, value: 4 },
          { region: 'UA', locale: 'uk', value: 9 },
        ],
      },
      expect.objectContaining({ key: 'credits.warnExpiresIn', source: 'default', stored: [] }),
    ]);
    expect(unset.body).toMatchObject({ old: 4, new: 0, changed: true });
    const audit = await calls.audit('operation=settings.&subjectType=setting');
    expect(audit.body.items.slice(0, 3)).toMatchObject([
      { operation: 'settings.unset', reason: 'a mistake', facts: { old: 4, new: 0 } },
      { operation: 'settings.set', reason, facts: { region: 'UA', locale: 'uk', old: 4, new: 9 } },
      { subject: { type: 'setting', id: 'credits.warnAtOrBelow' }, facts: { old: 0, new: 4 } },
    ]);
  });

  test('come in whole or not at all, and go out as they come in', async () => {
    const calls = await started();
    const settings = [
      { key: 'referrals.maxLevels', value: 2 },
      { key: 'withdrawals.maxAmount', region: 'PL', value: null },
    ];

    const refused = await calls.post('/import', {
      ...{ settings: [...settings, { key: 'holds.ttl', value: 'soon' }], reason },
    });
    const nothing = await calls.get('/export');
    const first = await calls.post('/import', { settings, reason });
    const again = await calls.post('/import', { settings, reason });
    const out = await calls.get('/export');

    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'validation', errors: [{ pointer: '/settings/2/value' }] },
    });
    const keys = ({ body }: { body: { settings: { key: string }[] } }) =>
      body.settings.map(({ key }) => key);
    expect(keys(nothing)).not.toContain('referrals.maxLevels');
    expect([first.body, again.body]).toEqual([{ changed: 2 }, { changed: 0 }]);
    expect(out.body.settings).toEqual(
      expect.arrayContaining([
        { key: 'referrals.maxLevels', region: null, locale: null, value: 2 },
        { key: 'withdrawals.maxAmount', region: 'PL', locale: null, value: null },
      ]),
    );
  });

  test.each([
    ['an unknown key', '/set', { key: 'holds.tll', value: 'P1D', reason }, 404, 'not_found'],
    [
      'a value that does not fit',
      '/set',
      { key: 'holds.ttl', value: 1, reason },
      422,
      'validation',
    ],
    ['no reason', '/set', { key: 'holds.ttl', value: 'P1D' }, 422, 'validation'],
    ['no value', '/set', { key: 'holds.ttl', reason }, 422, 'validation'],
    [
      'a region that is none',
      '/unset',
      { key: 'holds.ttl', region: 'X', reason },
      422,
      'validation',
    ],
  ])('with %s are refused', async (_, path, body, status, code) => {
    const calls = await started();

    expect(await calls.post(path, body)).toMatchObject({ status, body: { code } });
  });
});
