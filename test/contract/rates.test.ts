/** Exchange rates over HTTP: anybody sees what a point is worth, operators say where that comes from. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const reason = 'the bank is closed';

describeContract('rates', ({ host, kit }) => {
  const prefix = '/billing';
  const root = `${prefix}/admin/rates`;
  const started = async () => {
    const calls = await host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
    return {
      ...calls,
      post: (path: string, body: object) => calls.post(`${root}${path}`, 'root', body, asAdmin),
      seen: () => calls.get(`${prefix}/rates`),
    };
  };

  test('what a point is worth is missing while points stand for nothing, unavailable without a rate, and then told', async () => {
    const calls = await started();

    const off = await calls.seen();
    await kit().settings.set({ key: 'points.base', value: 'USD' });
    const unavailable = await calls.seen();
    const set = await calls.post('/set', { from: 'EUR', to: 'points', rate: '1.25', reason });
    const told = await calls.seen();

    expect(off).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(unavailable).toMatchObject({ status: 503, body: { code: 'rate_missing' } });
    expect(set).toMatchObject({ status: 200, body: { from: 'EUR', to: 'points', rate: '1.25' } });
    expect(told).toMatchObject({
      status: 200,
      body: { base: { code: 'USD', name: 'US Dollar' } },
    });
    expect(told.body.rates).toEqual([
      { code: 'points', name: 'Points', rate: '1.0000000000' },
      { code: 'EUR', name: 'Euro', rate: '0.8000000000' },
    ]);
  });

  test('operators set, see and delete rates of their own, each with a reason', async () => {
    const calls = await started();

    await calls.post('/set', { from: 'EUR', to: 'points', rate: '1.5', reason });
    await calls.post('/set', { from: 'EUR', to: 'points', rate: '1.6', reason: 'closed still' });
    const listed = await calls.get(root, 'root', asAdmin);
    const gone = await calls.post('/unset', { from: 'EUR', to: 'points', reason: 'open again' });
    const twice = await calls.post('/unset', { from: 'EUR', to: 'points', reason: 'open again' });
    const refreshed = await calls.post('/refresh', {});

    expect(listed.body).toMatchObject({
      providers: [],
      manual: [{ from: 'EUR', to: 'points', rate: '1.6', updatedAt: expect.any(String) }],
    });
    expect([gone.body, twice.body]).toEqual([{ deleted: true }, { deleted: false }]);
    expect(refreshed).toMatchObject({ status: 200, body: { providers: [] } });
    const audit = await calls.get(`${prefix}/admin/audit?operation=rates.`, 'root', asAdmin);
    expect(audit.body.items).toMatchObject([
      { operation: 'rates.unset', reason: 'open again', facts: { old: '1.6' } },
      { operation: 'rates.set', reason: 'closed still', facts: { old: '1.5', new: '1.6' } },
      { subject: { type: 'rate', id: 'EUR/points' }, facts: { old: null, new: '1.5' } },
    ]);
  });

  test.each([
    ['no rate', { from: 'EUR', to: 'points', rate: '0', reason }, 422, 'validation'],
    ['a number', { from: 'EUR', to: 'points', rate: 1.5, reason }, 422, 'validation'],
    ['one unit', { from: 'EUR', to: 'EUR', rate: '1', reason }, 422, 'validation'],
    ['an unknown unit', { from: 'EUR', to: 'XAU', rate: '1', reason }, 404, 'unit_unknown'],
    ['no reason', { from: 'EUR', to: 'points', rate: '1' }, 422, 'validation'],
  ])('with %s are refused', async (_, body, status, code) => {
    const calls = await started();

    expect(await calls.post('/set', body)).toMatchObject({ status, body: { code } });
  });
});
