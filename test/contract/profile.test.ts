/** One's own profile over HTTP, and what a request says of whoever is new: alike on both frameworks. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

describeContract('a profile', ({ host, kit }) => {
  const start = async (registration = {}) => {
    const calls = await host(
      [
        {
          ...{ method: 'POST', path: '/join' },
          handle: async ({ bursar }) => bursar.updateProfile({}),
        },
        { method: 'POST', path: '/call', guards: [['consumes', 'api-calls']] },
      ],
      registration,
    );
    const patch = (body: unknown, user: string | undefined = 'ann') =>
      calls.call({ method: 'PATCH', path: '/billing/me', user, body });
    return { ...calls, patch };
  };

  test('is read and changed by its customer alone; fields that are not allowed are ignored', async () => {
    const { get, patch } = await start();

    const before = await get('/billing/me', 'ann');
    const changed = await patch({
      firstName: 'Ann',
      emailOptIn: true,
      role: 'manager',
      unknown: 1,
    });
    const nobody = await patch({ firstName: 'Eve' }, '');
    const { body: me } = await get('/billing/me', 'ann');

    expect(before.body.customer).toBeNull();
    expect(changed).toMatchObject({
      ...{ status: 200, body: { id: 'ann', firstName: 'Ann', role: 'customer', badge: null } },
    });
    expect(nobody.status).toBe(401);
    expect(me).toMatchObject({
      customer: { ...changed.body, emailOptIn: true },
      referral: { code: null, sponsor: null },
      subscriptions: [],
    });
    expect(me.entitlements.length).toBeGreaterThan(0);
    expect(me.balances.map(({ unit }: { unit: string }) => unit)).toEqual(['EUR', 'points']);
  });

  test('is changed wholly or not at all: a bad value is named', async () => {
    const { patch } = await start();
    await patch({ name: 'Ann' });

    const refused = [
      await patch({ name: 'Eve', country: 'Austria' }),
      await patch({ name: 'Eve', addresses: { billing: { city: 7 } } }),
      await patch([]),
    ];

    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422]);
    const pointers = refused.map(({ body }) => body.errors[0].pointer);
    expect(pointers).toEqual(['/country', '/addresses/billing/city', '']);
    expect(await kit().customers.get({ customer: 'ann' })).toMatchObject({ name: 'Ann' });
  });

  test('of whoever is new is what the request says: its fields, headers, cookie, then the host', async () => {
    const { call, post, get } = await start({
      ...{ locale: () => 'fr', country: () => 'FR', timeZone: () => 'Europe/Paris' },
    });
    const headers = { 'x-locale': 'pt-BR', 'x-region': 'BR-SP', 'x-time-zone': 'America/Bahia' };
    const cookie = 'theme=dark; locale=it_IT';

    await post('/join', 'ann', { language: 'de-DE', country: 'at' }, { ...headers, cookie });
    await post('/call', 'bob', {}, { ...headers, cookie });
    await call({ method: 'POST', path: '/call?country=nl', user: 'cid', headers: { cookie } });
    await post('/call', 'dan', undefined, { 'x-country': '7', cookie: 'locale=1' });
    await post('/join', 'ann', { language: 'nl', country: 'NL' });

    const seen = [];
    for (const one of ['ann', 'bob', 'cid', 'dan']) {
      const { locale, country, timeZone } = (await get('/billing/me', one)).body.customer;
      seen.push([locale, country, timeZone]);
    }
    expect(seen).toEqual([
      ['de', 'AT', 'America/Bahia'],
      ['pt', 'BR', 'America/Bahia'],
      ['it', 'NL', 'Europe/Paris'],
      ['fr', 'FR', 'Europe/Paris'],
    ]);
  });

  test('of whom an operator makes is not what the operator’s request says', async () => {
    const { call } = await start();
    await kit().customers.upsert({ customer: 'bob' });

    const headers = { 'x-admin': 'yes', 'x-country': 'AT' };
    const body = { customer: 'new', unit: 'points', amount: 5, reason: 'gift' };
    await call({ method: 'POST', path: '/billing/admin/wallet/credit', user: 'op', headers, body });

    const found = await kit().customers.find({ customer: 'new' });
    expect([found?.country ?? null, await kit().customers.find({ customer: 'op' })]).toEqual([
      ...[null, null],
    ]);
  });
});
