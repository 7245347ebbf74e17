/** A referral link on a page of the host's becomes a cookie, and the cookie a sponsor: alike on both frameworks. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

describeContract('a referral link', ({ host, kit, bursar }) => {
  const start = () =>
    host([
      {
        method: 'GET',
        path: '/welcome',
        referralLinks: true,
        handle: async () => ({ hello: true }),
      },
      { method: 'POST', path: '/join', handle: async ({ bursar: me }) => me.updateProfile({}) },
      { method: 'POST', path: '/call', guards: [['consumes', 'api-calls']] },
    ]);
  const sent = (field: string | undefined) => String(field).split(';')[0] ?? '';

  test('is kept in a cookie that no script can read, and gives whoever signs up with it a sponsor', async () => {
    const { get, post } = await start();
    const { code } = await kit().referrals.code({ customer: 'ann' });

    const page = await get(`/welcome?utm=x&ref=${code.toLowerCase()}`);
    const cookie = sent(page.headers['set-cookie']);
    await post('/join', 'bob', {}, { cookie: `a=b; ${cookie}` });
    await post('/call', 'cid', {}, { cookie });
    await post('/join', 'dan', { referral_code: 'NOBODY' }, { cookie });
    await post('/join', 'ann', {}, { cookie });

    expect(page).toMatchObject({ status: 200, body: { hello: true } });
    expect(String(page.headers['set-cookie'])).toMatch(
      new RegExp(
        `^ref_code=${code}\\.\\d+\\.[\\w-]{43}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax$`,
      ),
    );
    const sponsors = ['bob', 'cid', 'dan', 'ann'].map(
      async (one) => (await kit().state(one)).referral,
    );
    expect((await Promise.all(sponsors)).map(({ sponsor }) => sponsor)).toEqual([
      ...['ann', 'ann', null, null],
    ]);
  });

  test('that nobody has, or on a page that is of no tenant, leaves the page as it is', async () => {
    const { get, call } = await start();

    const pages = [
      await get('/welcome'),
      await get('/welcome?ref='),
      await get('/welcome?ref=NOBODY'),
      await get('/welcome?ref=%00%ff&ref[x]=1'),
      await call({ path: '/welcome?ref=NOBODY', headers: { 'x-tenant': '' } }),
    ];

    expect(pages.map(({ status, headers }) => [status, headers['set-cookie']])).toEqual(
      Array(5).fill([200, undefined]),
    );
  });

  test('writes nothing of a tenant that nobody has used', async () => {
    const { call } = await start();

    await call({ path: '/welcome?ref=ANN', headers: { 'x-tenant': 'never-used' } });

    const tenants = await bursar().transaction(async (_, tx) => {
      const { rows } = await tx.query(
        "select key from bursar.tenants where key = 'never-used'",
        [],
      );
      return rows;
    });
    expect(tenants).toEqual([]);
  });

  test('has a code that everybody can check, in any case', async () => {
    const { get } = await start();
    await kit().referrals.code({ customer: 'ann', code: 'ANN-26' });

    const answers = [];
    for (const code of ['ANN-26', 'ann-26', 'ANN-27', 'not%20one'])
      answers.push((await get(`/billing/referrals/validate/${code}`)).body);

    expect(answers).toEqual([{ valid: true }, { valid: true }, { valid: false }, { valid: false }]);
  });
});
