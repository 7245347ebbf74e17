/** Customers over HTTP for operators: what they change of a person, what is kept of it, and how it is found again. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('customers', ({ kit, host }) => {
  const prefix = '/billing';
  const started = async () => {
    const calls = await host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
    return {
      get: (path: string) => calls.get(`${prefix}/admin${path}`, 'root', asAdmin),
      post: (path: string, body: object) =>
        calls.post(`${prefix}/admin${path}`, 'root', body, asAdmin),
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
});
