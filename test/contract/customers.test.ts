/** Customers over HTTP for operators: what they change of a person, what is kept of it, and how it is found again. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('customers', ({ kit, host, dump }) => {
  const prefix = '/billing';
  const started = async () => {
    const calls = await host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
    return {
      get: (path: string) => calls.get(`${prefix}/admin${path}`, 'root', asAdmin),
      post: (path: string, body: object) =>
        calls.post(`${prefix}/admin${path}`, 'root', body, asAdmin),
      as: (user: string, path: string, body: object) => calls.post(`${prefix}${path}`, user, body),
      asAnn: (path: string, body: object) => calls.post(`${prefix}/admin${path}`, 'ann', body),
    };
  };

  test('an operator changes a profile, and the audit keeps it before and after; no change keeps nothing', async () => {
    const { get, post, asAnn } = await started();
    await kit().customers.upsert({ customer: 'ann', email: 'ann@example.com', name: 'Ann' });
    const wanted = { email: null, name: 'Anna', external: { stripe: 'cus_1' } };
    const reason = 'ticket 9';

    const changed = await post('/customers/ann/update', { ...wanted, reason });
    const again = await post('/customers/ann/update', { ...wanted, reason });
    const refused = [
      await post('/customers/ann/update', { name: 'Eve' }),
      await post('/customers/nobody/update', { name: 'Eve', reason }),
      await asAnn('/customers/ann/update', { name: 'Eve', reason }),
    ];
    const audit = await get('/audit?customer=ann');

    expect([changed.status, again.status]).toEqual([200, 200]);
    expect(changed.body).toMatchObject({ id: 'ann', email: null, name: 'Anna' });
    expect(refused.map(({ status }) => status)).toEqual([422, 404, 403]);
    expect(await kit().customers.find({ customer: 'nobody' })).toBeNull();
    expect(audit.body.items).toMatchObject([
      {
        ...{ operation: 'customers.update', actor: 'root', reason, subject: null },
        facts: { changed: 'email, name, external.stripe' },
        personal: {
          email: { before: 'ann@example.com', after: null },
          name: { before: 'Ann', after: 'Anna' },
          'external.stripe': { before: null, after: 'cus_1' },
        },
      },
    ]);
  });

  test('the audit is narrowed by every filter, and half a subject is refused by name', async () => {
    const { get, post } = await started();
    await kit().customers.upsert({ customer: 'ann', name: 'Ann', reason: 'by code' });
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 9, reason: 'by code' });
    await post('/customers/ann/freeze', { reason: 'chargeback' });
    const found = async (query: string) =>
      ((await get(`/audit?${query}`)).body.items as { operation: string }[]).map(
        ({ operation }) => operation,
      );

    expect(await found('operation=customers.')).toEqual(['customers.freeze', 'customers.upsert']);
    expect(await found('operation=customers.&actor=root')).toEqual(['customers.freeze']);
    expect(await found('subjectType=balance&subjectId=points')).toEqual(['wallet.credit']);
    expect(await found('subjectType=grant')).toEqual([]);
    expect(await found('until=2026-01-01T00:00:00Z')).toEqual([]);
    expect(await found('from=2026-01-01T00:00:00Z&customer=ann')).toHaveLength(3);
    expect((await get('/audit?limit=1&count=true')).body).toMatchObject({ total: 3 });
    const half = await get('/audit?subjectId=points');
    expect(half.body).toMatchObject({ status: 422, errors: [{ pointer: '/subjectType' }] });
  });

  test('an operator erases a person who has acted, and no row of any table names it', async () => {
    const { get, post, as } = await started();
    const customer = 'zoe-hart-91';
    const profile = { email: 'zoe@hart.example', name: 'Zoe Hart' };
    const named = async () =>
      (await dump()).filter((row) => /zoe-hart-91|zoe@hart|zoe hart/i.test(row));
    await kit().customers.upsert({ customer, ...profile, reason: 'by code' });
    const { body: begun } = await as(customer, '/subscriptions', { plan: 'hourly' });
    await as(customer, `/subscriptions/${begun.id}/cancel`, { reason: 'dear' });
    await kit().wallet.credit({ customer, unit: 'points', amount: 5 });
    const erase = (body: object) => post(`/customers/${customer}/erase`, body);
    const reason = 'a letter of 3 May';

    const held = await erase({ reason });
    const refused = [await erase({}), await as(customer, `/admin/customers/${customer}/erase`, {})];
    await post('/wallet/debit', { customer, unit: 'points', amount: 5, reason });
    expect((await named()).length).toBeGreaterThan(5);
    const erased = await erase({ reason });
    const again = await erase({ reason });

    expect(held.body).toMatchObject({ status: 409, code: 'in_use' });
    expect(refused.map(({ status }) => status)).toEqual([422, 403]);
    expect(erased).toMatchObject({ status: 200, body: { email: null, name: null } });
    expect(again.body).toMatchObject({ status: 404, code: 'customer_unknown' });
    expect(await named()).toEqual([]);
    const pseudonym = erased.body.id;
    const audit = await get(`/audit?customer=${pseudonym}`);
    expect(
      (audit.body.items as { operation: string; actor: string | null }[]).map(
        ({ operation, actor }) => [operation, actor],
      ),
    ).toEqual([
      ['customers.erase', 'root'],
      ['wallet.debit', 'root'],
      ['subscriptions.cancel', pseudonym],
      ['customers.upsert', null],
    ]);
    expect((await get(`/audit?actor=${pseudonym}`)).body.items).toHaveLength(1);
    expect((await as(customer, '/subscriptions', { plan: 'hourly' })).body).toMatchObject({
      ...{ status: 404, code: 'customer_unknown' },
    });
    expect((await kit().ledger.verify()).ok).toBe(true);
    expect(await named()).toEqual([]);
  });
});
