/** Being paid out over HTTP: what customers ask for and take back, what operators decide, and who may not. */
import { describe, expect, test } from 'vitest';
import { type Calls, type Contract, describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const reason = 'checked';
const prefix = '/billing';
const asked = { amount: 30, currency: 'points' };

/** What operators do, by the last part of the path. */
const decide = (calls: Calls, id: string, verb: string, body: object = { reason }, user = 'root') =>
  calls.post(`${prefix}/admin/withdrawals/${id}/${verb}`, user, body, asAdmin);

async function placed(calls: Calls, user = 'ann', body: object = asked): Promise<string> {
  const { status, body: made } = await calls.post(`${prefix}/withdrawals`, user, body);
  expect(status).toBe(201);
  return made.id;
}

/** Ann with a hundred points. */
async function started({ kit, host }: Contract): Promise<Calls> {
  await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
  return host([]);
}

const balanceOf = (calls: Calls) =>
  calls.get(`${prefix}/balances/points`, 'ann').then(({ body }) => body);

describeContract('withdrawals', (contract) => {
  const { kit } = contract;

  test('are asked for, approved once and paid, and only operators see who did it', async () => {
    const calls = await started(contract);
    const first = await calls.post(`${prefix}/withdrawals`, 'ann', {
      ...{ ...asked, method: 'bank', details: { iban: 'DE89' } },
    });
    const { id } = first.body;
    const aside = await balanceOf(calls);
    const approved = await decide(calls, id, 'approve', { reason, rate: '0.5' });
    const again = await decide(calls, id, 'approve');
    const paid = await decide(calls, id, 'markPaid', { reason, reference: 'bank-7' });
    const own = await calls.get(`${prefix}/withdrawals/${id}`, 'ann');
    const all = await calls.get(`${prefix}/admin/withdrawals?customer=ann`, 'root', asAdmin);

    expect(first).toMatchObject({
      status: 201,
      body: {
        ...{ customer: 'ann', status: 'pending', method: 'bank', details: { iban: 'DE89' } },
        payout: { amount: 30, unit: 'points', formatted: '30' },
        amount: { amount: 30, unit: 'points' },
        rate: { value: '1.0000000000', source: 'same' },
        steps: [{ status: 'pending', reason: null }],
      },
    });
    expect(aside).toMatchObject({ settled: 100, held: 30, available: 70 });
    expect(approved).toMatchObject({
      ...{ status: 200, body: { status: 'approved', rate: { value: '0.5000000000' } } },
    });
    expect(again).toMatchObject({ status: 200, body: approved.body });
    expect(paid).toMatchObject({ status: 200, body: { status: 'paid', reference: 'bank-7' } });
    expect(own.body.steps.map((step: object) => Object.keys(step))).toEqual(
      Array.from({ length: 3 }, () => ['status', 'at', 'reason']),
    );
    expect(all.body.items[0].steps.map(({ by }: { by: string }) => by)).toEqual([
      ...['ann', 'root', 'root'],
    ]);
    expect(await balanceOf(calls)).toMatchObject({ settled: 70, held: 0, available: 70 });
    const lines = (await kit().audit.list({ customer: 'ann' })).items;
    expect(lines.map(({ operation }) => operation)).toEqual([
      ...['withdrawals.markPaid', 'withdrawals.approve'],
    ]);
    expect(await kit().ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('that are taken back or rejected give back what was set aside', async () => {
    const calls = await started(contract);
    const [own, refused] = [await placed(calls), await placed(calls)];

    const canceled = await calls.post(`${prefix}/withdrawals/${own}/cancel`, 'ann');
    const rejected = await decide(calls, refused, 'reject', { reason: 'no such account' });
    const seen = await calls.get(`${prefix}/withdrawals/${refused}`, 'ann');

    expect(canceled).toMatchObject({ status: 200, body: { id: own, status: 'canceled' } });
    expect(rejected).toMatchObject({ status: 200, body: { id: refused, status: 'rejected' } });
    expect(seen.body.steps.at(-1)).toMatchObject({ reason: 'no such account' });
    expect(await balanceOf(calls)).toMatchObject({ settled: 100, held: 0 });
    for (const verb of ['approve', 'reject', 'markPaid'])
      expect((await decide(calls, own, verb)).body).toMatchObject({
        ...{ status: 409, code: 'invalid_state' },
      });
    expect((await calls.post(`${prefix}/withdrawals/${refused}/cancel`, 'ann')).body).toMatchObject(
      { status: 409, code: 'invalid_state' },
    );
  });

  test('under a key are asked for once: 201, then 200 with what became of it', async () => {
    const calls = await started(contract);
    const key = { 'idempotency-key': 'out-1' };
    const ask = (body: object) => calls.post(`${prefix}/withdrawals`, 'ann', body, key);

    const first = await ask(asked);
    const second = await ask(asked);
    const other = await ask({ ...asked, amount: 31 });
    await decide(calls, first.body.id, 'reject');
    const later = await ask(asked);

    expect([first.status, second.status, later.status]).toEqual([201, 200, 200]);
    expect(second.body).toEqual(first.body);
    expect(other.body).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    expect(later.body).toMatchObject({ id: first.body.id, status: 'rejected' });
    expect((await calls.get(`${prefix}/withdrawals`, 'ann')).body.items).toHaveLength(1);
  });

  describe('that are not to be', () => {
    test.each<[object, number, string, Record<string, unknown>?]>([
      [{ ...asked, amount: 101 }, 402, 'insufficient_balance'],
      [{ amount: 100, currency: 'EUR' }, 503, 'rate_missing'],
      [{ ...asked, currency: 'DOGE' }, 404, 'unit_unknown'],
      [{ ...asked, amount: 0 }, 422, 'validation'],
      [{ ...asked, amount: 1.5 }, 422, 'validation'],
      [{ currency: 'points' }, 422, 'validation'],
      [{ ...asked, details: { iban: '' } }, 422, 'validation'],
      [{ ...asked, customer: 'bob' }, 422, 'validation'],
      [asked, 403, 'withdrawals_disabled', { enabled: false }],
      [asked, 422, 'below_minimum', { minAmount: 31 }],
      [asked, 409, 'limit_exceeded', { maxAmount: 29 }],
      [asked, 409, 'limit_exceeded', { dailyCap: 29 }],
    ])('%j is refused as %s %s with %j, and nothing is set aside', async (...one) => {
      const [body, status, code, settings = {}] = one;
      const calls = await started(contract);
      for (const [name, value] of Object.entries(settings))
        await kit().settings.set({ key: `withdrawals.${name}`, value });

      expect((await calls.post(`${prefix}/withdrawals`, 'ann', body)).body).toMatchObject({
        ...{ status, code },
      });
      expect((await calls.get(`${prefix}/withdrawals`, 'ann')).body.items).toEqual([]);
      expect(await balanceOf(calls)).toMatchObject({ settled: 100, held: 0 });
    });

    test('of a customer whom an operator has stopped are refused', async () => {
      const calls = await started(contract);
      await calls.post(`${prefix}/admin/customers/ann/freeze`, 'root', { reason }, asAdmin);

      expect((await calls.post(`${prefix}/withdrawals`, 'ann', asked)).body).toMatchObject({
        ...{ status: 403, code: 'customer_frozen' },
      });
    });
  });

  test('of others are not there, and nobody decides who is not an operator', async () => {
    const calls = await started(contract);
    const id = await placed(calls);
    const path = `${prefix}/withdrawals/${id}`;

    expect((await calls.get(path, 'bob')).body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await calls.post(`${path}/cancel`, 'bob')).status).toBe(404);
    expect((await calls.get(`${prefix}/withdrawals`, 'bob')).body.items).toEqual([]);
    expect((await calls.get(`${prefix}/withdrawals`)).status).toBe(401);
    expect((await calls.post(`${prefix}/withdrawals`, undefined, asked)).status).toBe(401);
    expect((await calls.get(`${prefix}/admin/withdrawals`, 'ann')).status).toBe(403);
    for (const verb of ['approve', 'reject', 'markPaid']) {
      const decided = await calls.post(`${prefix}/admin/withdrawals/${id}/${verb}`, 'ann', {
        reason,
      });
      expect(decided.status).toBe(403);
      expect((await decide(calls, id, verb, {})).body).toMatchObject({ code: 'validation' });
      expect((await decide(calls, 'wdr_none', verb)).body).toMatchObject({ code: 'not_found' });
    }
    expect((await decide(calls, id, 'approve', { reason, rate: '-1' })).status).toBe(422);
    expect((await calls.get(path, 'ann')).body).toMatchObject({ status: 'pending' });
  });

  test('are approved by nobody who gains, and not while their details are new', async () => {
    const calls = await started(contract);
    const credit = { customer: 'ann', unit: 'points', amount: 10, reason };
    await calls.post(`${prefix}/admin/wallet/credit`, 'giver', credit, asAdmin);
    await kit().settings.set({ key: 'withdrawals.coolingOff', value: 'P1D' });
    const id = await placed(calls);

    for (const verb of ['approve', 'markPaid']) {
      const codes = [];
      for (const user of ['ann', 'giver', 'root'])
        codes.push((await decide(calls, id, verb, { reason }, user)).body);
      expect(codes).toMatchObject([
        { status: 403, code: 'self_approval' },
        { status: 403, code: 'self_approval' },
        { status: 409, code: 'cooling_off' },
      ]);
    }
    await kit().settings.set({ key: 'withdrawals.manualCreditLimit', value: 10 });
    expect((await decide(calls, id, 'approve', { reason }, 'giver')).body.code).toBe('cooling_off');
    expect((await calls.get(`${prefix}/withdrawals/${id}`, 'ann')).body.status).toBe('pending');
  });

  test('are listed in pages, by status and by customer, and a cursor of another list is refused', async () => {
    const calls = await started(contract);
    await kit().wallet.credit({ customer: 'bob', unit: 'points', amount: 5 });
    const ids: string[] = [];
    for (const _ of [1, 2, 3, 4, 5])
      ids.unshift(await placed(calls, 'ann', { ...asked, amount: 1 }));
    const bobs = await placed(calls, 'bob', { ...asked, amount: 5 });
    await decide(calls, ids[0] as string, 'reject');

    const walk = async (path: string, user: string, headers = {}) => {
      const found: string[] = [];
      let pages = 0;
      for (let cursor = ''; ; pages += 1) {
        const { status, body } = await calls.get(`${path}limit=2${cursor}`, user, headers);
        expect(status).toBe(200);
        found.push(...body.items.map(({ id }: { id: string }) => id));
        if (body.next === null) return { found, pages: pages + 1 };
        cursor = `&cursor=${body.next}`;
      }
    };
    const own = await walk(`${prefix}/withdrawals?`, 'ann');
    const pending = await walk(`${prefix}/withdrawals?status=pending&`, 'ann');
    const all = await walk(`${prefix}/admin/withdrawals?`, 'root', asAdmin);
    const rejected = await walk(`${prefix}/admin/withdrawals?status=rejected&`, 'root', asAdmin);
    const nobodys = await walk(`${prefix}/admin/withdrawals?customer=nobody&`, 'root', asAdmin);

    expect(own).toEqual({ found: ids, pages: 3 });
    expect(pending.found).toEqual(ids.slice(1));
    expect(all.found).toEqual([bobs, ...ids]);
    expect(rejected.found).toEqual(ids.slice(0, 1));
    expect(nobodys).toEqual({ found: [], pages: 1 });
    const foreign = (await calls.get(`${prefix}/balances/points/statement?limit=1`, 'ann')).body
      .next;
    expect((await calls.get(`${prefix}/withdrawals?cursor=${foreign}`, 'ann')).body.code).toBe(
      'cursor',
    );
    for (const query of ['cursor=rubbish', 'limit=0', 'limit=101', 'status=lost'])
      for (const [path, user, headers] of [
        ['withdrawals', 'ann', {}],
        ['admin/withdrawals', 'root', asAdmin],
      ] as const)
        expect((await calls.get(`${prefix}/${path}?${query}`, user, headers)).status).toBe(422);
  });
});
