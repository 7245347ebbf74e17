/** Inviting over HTTP: codes, sponsors, what was paid for it and taken back, and what only operators say. */
import { expect, test } from 'vitest';
import { type Calls, type Contract, describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const reason = 'as agreed';
const prefix = '/billing';
const own = `${prefix}/referrals`;

const codeOf = async (calls: Calls, user: string): Promise<string> =>
  (await calls.post(`${own}/code`, user)).body.code;
const attach = (calls: Calls, user: string, code: string) =>
  calls.post(`${own}/attach`, user, { code });
const admin = (calls: Calls, path: string, body: object) =>
  calls.post(`${prefix}/admin/referrals/${path}`, 'root', body, asAdmin);
const see = (calls: Calls, path: string) => calls.get(`${prefix}/admin/${path}`, 'root', asAdmin);

/** Bob below ann, and a trigger that pays both. */
async function started({ kit, host }: Contract): Promise<Calls> {
  const calls = await host([]);
  await kit().settings.set({
    key: 'triggers.visit',
    value: {
      ...{ enabled: true, unit: 'points', actor: { fixed: 3 } },
      levels: [{ level: 1, fixed: 10 }],
    },
  });
  await attach(calls, 'bob', await codeOf(calls, 'ann'));
  return calls;
}

const visit = (calls: Calls, externalId: string, more: object = {}) =>
  admin(calls, 'trigger', { alias: 'visit', customer: 'bob', externalId, reason, ...more });

/** Every item of a list, two at a time. */
async function walk(calls: Calls, path: string, user: string, headers = {}) {
  const found: Record<string, unknown>[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await calls.get(`${path}limit=2${cursor}`, user, headers);
    expect(status).toBe(200);
    const page = body.referrals ?? body;
    expect(page.items.length).toBeLessThanOrEqual(2);
    found.push(...page.items);
    if (page.next === null) return found;
    cursor = `&cursor=${page.next}`;
  }
}

describeContract('referrals', (contract) => {
  const { kit, host } = contract;

  test('begin with a code of one’s own, which others take once and for good', async () => {
    const calls = await host([]);
    const before = await calls.get(own, 'ann');
    const first = await codeOf(calls, 'ann');
    const second = await codeOf(calls, 'ann');
    const taken = await attach(calls, 'bob', ` ${first.toLowerCase()} `);
    const again = await attach(calls, 'bob', first);
    const tree = await calls.get(own, 'ann');

    expect(before.body).toMatchObject({ customer: 'ann', code: null, sponsor: null, total: 0 });
    expect(second).toBe(first);
    expect([taken.status, taken.body]).toEqual([200, { attached: true }]);
    expect([again.status, again.body]).toEqual([200, { attached: false }]);
    expect(tree.body).toMatchObject({
      ...{ code: first, total: 1 },
      levels: [1, 2, 3].map((level) => ({ level, count: level === 1 ? 1 : 0 })),
      referrals: { items: [{ customer: 'bob', referrals: 0 }], next: null },
    });
    expect((await calls.get(own, 'bob')).body.sponsor).toBe('ann');
  });

  test('to oneself, in a ring, to nobody and to a second sponsor are refused', async () => {
    const calls = await started(contract);
    const [anns, bobs, eves] = [
      await codeOf(calls, 'ann'),
      await codeOf(calls, 'bob'),
      await codeOf(calls, 'eve'),
    ];
    await attach(calls, 'cas', bobs);

    const refused = async (user: string, code: string) => {
      const { body } = await attach(calls, user, code);
      return [body.status, body.code];
    };
    expect(await refused('ann', anns)).toEqual([422, 'self_referral']);
    expect(await refused('ann', bobs)).toEqual([409, 'referral_cycle']);
    expect(await refused('ann', await codeOf(calls, 'cas'))).toEqual([409, 'referral_cycle']);
    expect(await refused('bob', eves)).toEqual([409, 'already_referred']);
    expect(await refused('dan', 'NOBODY')).toEqual([404, 'not_found']);
    expect(await refused('dan', '')).toEqual([422, 'validation']);
    expect((await calls.get(own)).status).toBe(401);
    expect((await calls.post(`${own}/code`)).status).toBe(401);
    expect((await calls.post(`${own}/attach`, undefined, { code: anns })).status).toBe(401);
    expect((await calls.get(own, 'bob')).body.sponsor).toBe('ann');
    expect((await calls.get(own, 'dan')).body.sponsor).toBeNull();
    await kit().settings.set({ key: 'referrals.enabled', value: false });
    expect(await refused('dan', anns)).toEqual([403, 'forbidden']);
  });

  test('an operator attaches whom the kit knows, by a code or by a name, and says why', async () => {
    const calls = await host([]);
    for (const customer of ['ann', 'bob', 'cas']) await kit().customers.upsert({ customer });
    const code = await codeOf(calls, 'ann');

    const named = await admin(calls, 'attach', { customer: 'bob', sponsor: 'ann', reason });
    const coded = await admin(calls, 'attach', { customer: 'cas', code, reason });
    const codes = [];
    for (const body of [
      { customer: 'nobody', code, reason },
      { customer: 'bob', sponsor: 'nobody', reason },
      { customer: 'bob', code, sponsor: 'ann', reason },
      { customer: 'bob', reason },
      { customer: 'bob', code },
      { customer: 'bob', sponsor: 'cas', reason },
      { customer: 'ann', sponsor: 'ann', reason },
    ])
      codes.push((await admin(calls, 'attach', body)).body.code);
    const tree = await see(calls, 'customers/ann/referrals');

    expect([named.body, coded.body]).toEqual([{ attached: true }, { attached: true }]);
    expect(codes).toEqual([
      ...['customer_unknown', 'customer_unknown', 'validation', 'validation', 'validation'],
      ...['already_referred', 'self_referral'],
    ]);
    expect(tree.body).toMatchObject({
      customer: 'ann',
      total: 2,
      levels: [1, 2, 3].map((level) => ({ level, count: level === 1 ? 2 : 0 })),
    });
    expect((await see(calls, 'customers/nobody/referrals')).body.code).toBe('customer_unknown');
    const lines = (await kit().audit.list({})).items;
    expect(lines.map(({ operation }) => operation)).toEqual([
      ...['referrals.attach', 'referrals.attach'],
    ]);
  });

  test('are rewarded once per occurrence, and the same again is told so', async () => {
    const calls = await started(contract);
    const first = await visit(calls, 'v1');
    const again = await visit(calls, 'v1');
    const seen = await calls.get(`${prefix}/rewards`, 'ann');

    expect(first).toMatchObject({
      status: 200,
      body: {
        ...{ trigger: 'visit', externalId: 'v1', customer: 'bob', status: 'processed' },
        replayed: false,
        rewards: [
          { customer: 'bob', kind: 'actor', level: 0, amount: 3, unit: 'points', outstanding: 0 },
          { customer: 'ann', kind: 'upline', level: 1, amount: 10, unit: 'points' },
        ],
      },
    });
    expect(again.body).toEqual({ ...first.body, replayed: true });
    expect(seen.body.items).toMatchObject([{ event: first.body.event, amount: 10 }]);
    expect((await calls.get(`${prefix}/balances/points`, 'ann')).body.available).toBe(10);
    expect((await kit().audit.list({ customer: 'bob' })).items).toHaveLength(1);
    expect(await kit().ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('that cannot be rewarded say why, and nothing is paid', async () => {
    const calls = await started(contract);
    await kit().settings.set({
      key: 'triggers.sale',
      value: { enabled: true, unit: 'points', actor: { basisPoints: 100 } },
    });
    await visit(calls, 'v1');
    const refused = async (more: object) => {
      const { body } = await visit(calls, 'v2', more);
      return [body.status, body.code];
    };

    expect(await refused({ customer: 'nobody' })).toEqual([404, 'customer_unknown']);
    expect(await refused({ amount: 0 })).toEqual([422, 'validation']);
    expect(await refused({ reason: undefined })).toEqual([422, 'validation']);
    expect(await refused({ externalId: 'v1', customer: 'ann' })).toEqual([
      ...[409, 'idempotency_conflict'],
    ]);
    expect((await see(calls, 'referrals/events')).body.items).toHaveLength(1);
    await kit().settings.set({
      key: 'triggers.visit',
      value: { enabled: false, unit: 'points', actor: { fixed: 3 } },
    });
    const subject = { type: 'Photo', id: '31' };
    expect((await visit(calls, 'v3', { subject })).body).toMatchObject({
      ...{ status: 'skipped', rewards: [], subject },
    });
    expect(await refused({ subject: { type: 'a:b', id: '1' } })).toEqual([422, 'validation']);
  });

  test('are taken back wholly once, or in shares under a key, and no more than there was', async () => {
    const calls = await started(contract);
    const { event } = (await visit(calls, 'v1')).body;
    await visit(calls, 'v2');
    const reverse = (body: object, key?: string) =>
      calls.post(
        `${prefix}/admin/referrals/reverse`,
        'root',
        { reason, ...body },
        { ...asAdmin, ...(key !== undefined && { 'idempotency-key': key }) },
      );

    const part = await reverse({ event, basisPoints: 5_000 }, 'half');
    const replayed = await reverse({ event, basisPoints: 5_000 }, 'half');
    const beyond = await reverse({ event, basisPoints: 5_001 }, 'more');
    const keyless = await reverse({ event, basisPoints: 1_000 });
    const whole = await reverse({ alias: 'visit', externalId: 'v2' });
    const again = await reverse({ alias: 'visit', externalId: 'v2' });

    expect(part.body).toMatchObject({ reverses: event, reversedBasisPoints: 5_000 });
    expect(part.body.rewards.map(({ amount }: { amount: number }) => amount)).toEqual([-2, -5]);
    expect(replayed.body).toEqual({ ...part.body, replayed: true });
    expect(beyond.body).toMatchObject({ status: 409, code: 'not_reversible' });
    expect(keyless.body).toMatchObject({ status: 422, code: 'validation' });
    expect(again.body).toEqual({ ...whole.body, replayed: true });
    expect((await reverse({ event: whole.body.event })).body.code).toBe('not_reversible');
    expect((await reverse({ event: 'rev_none' })).body.code).toBe('not_found');
    expect((await reverse({})).body.code).toBe('validation');
    expect((await reverse({ event, alias: 'visit' })).body.code).toBe('validation');
    expect((await calls.get(`${prefix}/balances/points`, 'ann')).body.available).toBe(5);
    expect(await kit().ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('that were spent are outstanding: collected later, once per key, or written off', async () => {
    const calls = await started(contract);
    const { event } = (await visit(calls, 'v1')).body;
    await kit().wallet.debit({ customer: 'ann', unit: 'points', amount: 10 });
    const { body: reversed } = await admin(calls, 'reverse', { event, reason });
    const reversal = reversed.event;
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 4 });
    const collect = (body: object) =>
      calls.post(
        `${prefix}/admin/referrals/collect`,
        'root',
        { reversal, reason, ...body },
        { ...asAdmin, 'idempotency-key': 'k' },
      );
    const open = async (value: boolean) => {
      const events = await see(calls, `referrals/events?outstanding=${value}`);
      const rewards = await see(calls, `rewards?outstanding=${value}`);
      return [events.body.items.length, rewards.body.items.length];
    };

    const first = await collect({});
    const replayed = await collect({});
    const before = await open(true);
    const conflict = await collect({ customer: 'ann' });
    const off = await admin(calls, 'writeOff', { reversal, reason });

    expect(reversed).toMatchObject({ status: 'partly_reversed', outstanding: 10 });
    expect(first).toMatchObject({
      status: 200,
      body: { collected: 4, outstanding: 6, replayed: false, status: 'partly_reversed' },
    });
    expect(replayed.body).toEqual({ ...first.body, replayed: true });
    expect(conflict.body.code).toBe('idempotency_conflict');
    expect(off.body).toMatchObject({
      ...{ writtenOff: 6, outstanding: 0, status: 'processed', replayed: false },
      rewards: [{}, { customer: 'ann', amount: -10, outstanding: 0, writtenOff: 6 }],
    });
    expect([before, await open(true), await open(false)]).toEqual([
      ...[
        [2, 1],
        [0, 0],
        [2, 4],
      ],
    ]);
    expect((await see(calls, 'rewards?outstanding=some')).body.code).toBe('validation');
    expect((await admin(calls, 'collect', { reversal })).body.code).toBe('validation');
    expect((await admin(calls, 'writeOff', { reversal })).body.code).toBe('validation');
    expect((await admin(calls, 'collect', { reversal: event, reason })).body.code).toBe(
      'not_found',
    );
    expect(
      (await kit().audit.list({ customer: 'bob' })).items.map(({ operation }) => operation),
    ).toEqual([
      'referrals.writeOff',
      'referrals.collect',
      'referrals.reverse',
      'referrals.trigger',
    ]);
    expect(await kit().ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('are listed in pages, by customer, trigger and event, and to operators alone', async () => {
    const calls = await started(contract);
    for (const customer of ['cas', 'dan', 'eve', 'fay'])
      await attach(calls, customer, await codeOf(calls, 'ann'));
    for (const id of ['v1', 'v2', 'v3']) await visit(calls, id);
    const done = await admin(calls, 'reverse', { alias: 'visit', externalId: 'v2', reason });
    const list = (path: string) => walk(calls, `${prefix}/admin/${path}`, 'root', asAdmin);
    const idsOf = (items: Record<string, unknown>[]) =>
      items.map(({ externalId, trigger }) => `${trigger} ${externalId}`);

    const invited = await walk(calls, `${own}?`, 'ann');
    const rewards = await walk(calls, `${prefix}/rewards?`, 'ann');

    expect(invited.map(({ customer }) => customer)).toEqual(['fay', 'eve', 'dan', 'cas', 'bob']);
    expect(await list('customers/ann/referrals?')).toEqual(invited);
    expect(rewards.map(({ amount }) => amount)).toEqual([-10, 10, 10, 10]);
    expect(await list('rewards?customer=ann&')).toEqual(rewards);
    expect(await list('rewards?')).toHaveLength(8);
    expect(await list(`rewards?event=${done.body.event}&`)).toHaveLength(2);
    expect(await list('rewards?customer=nobody&')).toEqual([]);
    expect(idsOf(await list('referrals/events?'))).toEqual([
      ...['visit.reversal v2', 'visit v3', 'visit v2', 'visit v1'],
    ]);
    expect(await list('referrals/events?trigger=visit.reversal&')).toHaveLength(1);
    expect(await list('referrals/events?customer=ann&')).toEqual([]);
    for (const path of ['referrals/events', 'rewards', 'customers/ann/referrals']) {
      expect((await see(calls, `${path}?cursor=rubbish`)).body.code).toBe('cursor');
      expect((await see(calls, `${path}?limit=0`)).body.code).toBe('validation');
      expect((await calls.get(`${prefix}/admin/${path}`, 'ann')).status).toBe(403);
    }
    for (const path of ['rewards', 'referrals'])
      expect((await calls.get(`${prefix}/${path}?cursor=rubbish`, 'ann')).body.code).toBe('cursor');
    for (const verb of ['attach', 'trigger', 'reverse', 'collect', 'writeOff'])
      expect((await calls.post(`${prefix}/admin/referrals/${verb}`, 'ann', {})).status).toBe(403);
    expect((await calls.get(`${prefix}/rewards`)).status).toBe(401);
  });
});

describeContract(
  'rewards that wait',
  (contract) => {
    const { kit } = contract;

    test('that cannot be worked out are kept as failed, and processed once by an operator', async () => {
      const calls = await started(contract);
      const value = { enabled: true, unit: 'points', actor: { basisPoints: 100 } };
      await kit().settings.set({ key: 'triggers.sale', value });
      const process = (id: string, body: object = { reason }, user = 'root', headers = asAdmin) =>
        calls.post(`${prefix}/admin/referrals/events/${id}/process`, user, body, headers);

      const unnamed = await visit(calls, 'f1', { alias: 'nothing' });
      const subject = { type: 'Order', id: '7' };
      const rateless = await visit(calls, 'f2', { alias: 'sale', subject });
      const still = await process(rateless.body.event);
      await kit().settings.set({ key: 'triggers.sale', value: { ...value, unit: 'EUR' } });
      const paid = await process(rateless.body.event);
      const again = await process(rateless.body.event);
      const skipped = await visit(calls, 'f3', { alias: 'sale', subject, queue: true });

      expect([unnamed.status, rateless.status]).toEqual([200, 200]);
      for (const { body } of [unnamed, rateless])
        expect(body).toMatchObject({ status: 'failed', attempts: 1, rewards: [], base: null });
      expect(unnamed.body.lastError).toContain('nothing');
      expect(still.body).toMatchObject({ status: 'failed', attempts: 2, replayed: false });
      expect(paid.body).toMatchObject({
        ...{ status: 'processed', attempts: 3, subject, replayed: false },
        rewards: [{ customer: 'bob', amount: 10, unit: 'EUR' }],
      });
      expect(again.body).toEqual({ ...paid.body, replayed: true });
      expect(skipped.body).toMatchObject({ status: 'pending', attempts: 0, lastError: null });
      expect((await calls.get(`${prefix}/balances/EUR`, 'bob')).body.available).toBe(10);

      const list = async (query: string) =>
        (await see(calls, `referrals/events?${query}`)).body.items.map(
          ({ externalId }: { externalId: string }) => externalId,
        );
      expect(await list('status=failed')).toEqual(['f1']);
      expect(await list('status=processed')).toEqual(['f2']);
      expect(await list('status=pending')).toEqual(['f3']);
      expect(await list('subjectType=Order&subjectId=7')).toEqual(['f3', 'f2']);
      expect(await list('subjectType=Order&subjectId=8')).toEqual([]);
      for (const query of ['status=lost', 'subjectType=Order'])
        expect((await see(calls, `referrals/events?${query}`)).body.code).toBe('validation');
      expect((await process('rev_none')).body).toMatchObject({ status: 404, code: 'not_found' });
      expect((await process(paid.body.event, {})).body.code).toBe('validation');
      expect((await process(paid.body.event, { reason }, 'ann', {} as never)).status).toBe(403);
      const off = await visit(calls, 'f4', { alias: 'visit' });
      const back = await admin(calls, 'reverse', { event: off.body.event, reason });
      expect((await process(back.body.event)).body).toMatchObject({
        ...{ status: 409, code: 'invalid_state' },
      });
      const lines = (await kit().audit.list({ operation: 'referrals.retry' } as never)).items;
      expect(lines.filter(({ operation }) => operation === 'referrals.retry')).toHaveLength(2);
    });
  },
  { worker: false },
);
