/** The kit's own routes, at the root and under a prefix: what they answer, to whom, and what they refuse. */
import { describe, expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('routes', ({ kit, host }) => {
  describe.each(['', '/billing'])('mounted at "%s"', (prefix) => {
    const started = () => host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);

    test('a customer nobody has seen gets the zero form, and stays unseen', async () => {
      const calls = await started();

      const me = await calls.get(`${prefix}/me`, 'ann');
      const points = await calls.get(`${prefix}/balances/points`, 'ann');
      const decision = await calls.get(`${prefix}/entitlements/api-calls?amount=6`, 'ann');

      expect(me).toMatchObject({ status: 200, body: { subscriptions: [] } });
      expect(points.body).toEqual({
        unit: 'points',
        scale: 0,
        settled: 0,
        held: 0,
        available: 0,
        formatted: '0',
      });
      expect(decision).toMatchObject({
        status: 200,
        body: { allowed: false, reason: 'quota_exceeded', available: 5 },
      });
      expect((await calls.get(`${prefix}/balances/points/statement`, 'ann')).body).toEqual({
        items: [],
        next: null,
      });
      expect(await kit().customers.find({ customer: 'ann' })).toBeNull();
    });

    test('a customer starts what may be started, cancels and resumes it', async () => {
      const calls = await started();

      const created = await calls.post(`${prefix}/subscriptions`, 'ann', { plan: 'hourly' });
      const canceled = await calls.post(
        `${prefix}/subscriptions/${created.body.id}/cancel`,
        'ann',
        { reason: 'dear' },
      );
      const resumed = await calls.post(`${prefix}/subscriptions/${created.body.id}/resume`, 'ann');
      const listed = await calls.get(`${prefix}/subscriptions`, 'ann');

      expect(created).toMatchObject({
        status: 201,
        body: { plan: 'hourly', status: 'active', customer: 'ann' },
      });
      expect(created.body.startsAt).toMatch(/^\d{4}-\d\d-\d\dT/);
      expect(canceled).toMatchObject({ status: 200, body: { cancelReason: 'dear' } });
      expect(canceled.body.endsAt).not.toBeNull();
      expect(resumed).toMatchObject({ status: 200, body: { endsAt: null } });
      expect(listed.body).toMatchObject({ items: [{ id: created.body.id }], next: null });
    });

    test('a key makes a creation happen once: 201, then 200', async () => {
      const calls = await started();
      const key = { 'idempotency-key': 'start-1' };

      const first = await calls.post(`${prefix}/subscriptions`, 'ann', { plan: 'hourly' }, key);
      const second = await calls.post(`${prefix}/subscriptions`, 'ann', { plan: 'hourly' }, key);
      const other = await calls.post(`${prefix}/subscriptions`, 'ann', { plan: 'free' }, key);

      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body.id).toBe(first.body.id);
      expect(other.body).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    });

    test('what is not self-service cannot be started, and what is another’s is not there', async () => {
      const calls = await started();
      const { id } = await kit().subscribe({ customer: 'bob', plan: 'pro' });

      const pro = await calls.post(`${prefix}/subscriptions`, 'ann', { plan: 'pro' });

      expect(pro.status).toBeGreaterThanOrEqual(400);
      expect(pro.status).toBeLessThan(500);
      expect((await calls.post(`${prefix}/subscriptions/${id}/cancel`, 'ann')).body).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect((await kit().subscriptions.list({ customer: 'ann' })).items).toEqual([]);
      expect(
        (await kit().subscriptions.get({ customer: 'bob', subscription: id })).endsAt,
      ).toBeNull();
    });

    test('an admin starts, credits, debits and looks', async () => {
      const calls = await started();
      await kit().customers.upsert({ customer: 'ann' });

      const created = await calls.post(
        `${prefix}/admin/subscriptions`,
        'root',
        { customer: 'ann', plan: 'pro' },
        asAdmin,
      );
      const credit = { customer: 'ann', unit: 'EUR', amount: 1050 };
      const credited = await calls.post(`${prefix}/admin/wallet/credit`, 'root', credit, asAdmin);
      const debited = await calls.post(
        `${prefix}/admin/wallet/debit`,
        undefined,
        { ...credit, amount: 50 },
        asAdmin,
      );
      const listed = await calls.get(`${prefix}/admin/customers?count=true`, 'root', asAdmin);
      const one = await calls.get(`${prefix}/admin/customers/ann`, 'root', asAdmin);

      expect(created).toMatchObject({ status: 201, body: { customer: 'ann', plan: 'pro' } });
      expect(credited.status).toBeLessThan(300);
      expect(credited.body).toMatchObject({
        unit: 'EUR',
        scale: 2,
        available: 1050,
        formatted: '10.50',
      });
      expect(debited.body).toMatchObject({ available: 1000, formatted: '10.00' });
      expect(listed.body).toMatchObject({ items: [{ id: 'ann' }], total: 1 });
      expect(one.status).toBe(200);
    });

    test('what operators change keeps who did it and why; a refusal, a replay and a missing reason keep nothing', async () => {
      const calls = await started();
      const admin = (path: string, body: object, headers: object = {}) =>
        calls.post(`${prefix}/admin${path}`, 'root', body, { ...asAdmin, ...headers });
      const ann = { customer: 'ann', unit: 'points' };
      await kit().customers.upsert({ customer: 'ann' });
      const topUp = { ...ann, amount: 50, reason: 'a broken render' };
      const keyed = { 'idempotency-key': 'ticket-7' };

      await admin('/wallet/credit', topUp, keyed);
      await admin('/wallet/credit', topUp, keyed);
      await admin('/wallet/debit', { ...ann, amount: 51, reason: 'too much' });
      const grants = await calls.get(`${prefix}/balances/points/grants`, 'ann');
      const [grant] = grants.body.items as { id: string }[];
      const voided = await admin('/wallet/voidGrant', {
        ...{ customer: 'bob', grant: grant?.id, reason: 'not his' },
      });
      const limited = await admin('/wallet/setLimits', { ...ann, floor: -20, reason: 'trusted' });
      const bare = await admin('/customers/ann/freeze', {});
      await admin('/customers/ann/freeze', { reason: 'chargeback' });
      const refused = await admin('/wallet/debit', { ...ann, amount: 1 });
      const audit = await calls.get(`${prefix}/admin/audit?customer=ann`, 'root', asAdmin);

      expect([voided.status, limited.status, bare.status]).toEqual([404, 200, 422]);
      expect(refused.body).toMatchObject({ code: 'customer_frozen' });
      expect(
        (audit.body.items as { operation: string; reason: string }[]).map((one) => [
          one.operation,
          one.reason,
        ]),
      ).toEqual([
        ['customers.freeze', 'chargeback'],
        ['wallet.setLimits', 'trusted'],
        ['wallet.credit', 'a broken render'],
      ]);
      expect((audit.body.items as object[])[2]).toMatchObject({
        ...{ customer: 'ann', subject: { type: 'balance', id: 'points' }, facts: { amount: 50 } },
      });
      expect((await calls.get(`${prefix}/admin/audit`, 'ann')).status).toBe(403);
    });

    test('an admin changes what a subscription gives, with a reason; the next request meets it', async () => {
      const calls = await started();
      const { id } = await kit().subscribe({ customer: 'ann', plan: 'pro' });
      const change = (verb: string, body: object, of = id) =>
        calls.post(
          `${prefix}/admin/subscriptions/${of}/${verb}`,
          'root',
          { customer: 'ann', reason: 'ticket 8', ...body },
          asAdmin,
        );

      const raised = await change('setQuota', { feature: 'ai-tokens', quota: 3 });
      const added = await change('addFeature', { feature: 'burst', quota: 2 });
      const gone = await change('removeFeature', { feature: 'track-time' });
      const wrong = await change('setQuota', { feature: 'upload-mb', quota: 1 });
      const foreign = await change('setQuota', { feature: 'ai-tokens', quota: 1 }, 'sub_of_bob');
      const bare = await change('setQuota', { feature: 'ai-tokens', quota: 1, reason: '' });
      const ask = async (feature: string) =>
        (await calls.get(`${prefix}/entitlements/${feature}`, 'ann')).body;

      expect([raised, added, gone].map(({ status }) => status)).toEqual([200, 200, 200]);
      expect([wrong.status, foreign.status, bare.status]).toEqual([422, 404, 422]);
      expect(await ask('ai-tokens')).toMatchObject({ granted: 3, available: 3 });
      expect(await ask('burst')).toMatchObject({ allowed: true, available: 2 });
      expect(await ask('track-time')).toMatchObject({ reason: 'feature_not_in_plan' });
      await change('delete', {});
      expect(await ask('ai-tokens')).toMatchObject({ allowed: false });
      await change('restore', {});
      expect(await ask('ai-tokens')).toMatchObject({ granted: 3, available: 3 });
      expect((await change('purge', {})).status).toBe(200);
      expect((await change('restore', {})).status).toBe(404);
      const audit = await calls.get(`${prefix}/admin/audit?customer=ann`, 'root', asAdmin);
      expect(audit.body.items).toHaveLength(6);
    });

    test('an admin adjusts, reverses and moves an end, each once under its key', async () => {
      const calls = await started();
      const reason = 'counted by hand';
      const ann = { customer: 'ann', unit: 'points' };
      const admin = (verb: string, body: object, headers: object = {}) =>
        calls.post(`${prefix}/admin/wallet/${verb}`, 'root', body, { ...asAdmin, ...headers });
      await kit().customers.upsert({ customer: 'ann' });
      await kit().wallet.credit({ ...ann, amount: 50 });
      const { transferId } = await kit().wallet.debit({ ...ann, amount: 20 });
      const key = { 'idempotency-key': 'once' };

      const back = { customer: 'ann', transfer: transferId, amount: 5, reason };
      const reversed = await admin('reverse', back, key);
      const again = await admin('reverse', back, key);
      const more = await admin('reverse', { ...back, amount: 16 });
      const others = await admin('reverse', { ...back, customer: 'bob' });
      const adjusted = await admin('adjust', { ...ann, to: 12, reason });
      const unreasoned = await admin('adjust', { ...ann, to: 0 });
      const ended = await admin('setExpiry', { ...ann, expiresAt: '2020-01-01T00:00:00Z', reason });

      expect(reversed.body).toMatchObject({ reversed: 5, available: 35, replayed: false });
      expect(again.body).toMatchObject({ reversed: 5, replayed: true });
      expect(more.body).toMatchObject({ status: 409, code: 'invalid_state' });
      expect(others.body).toMatchObject({ status: 404, code: 'not_found' });
      expect(adjusted.body).toMatchObject({ available: 12, replayed: false });
      expect(unreasoned.body).toMatchObject({ status: 422, errors: [{ pointer: '/reason' }] });
      expect(ended.body).toMatchObject({ available: 0, grants: 1 });
      expect((await kit().audit.list()).items.map(({ operation }) => operation)).toEqual([
        ...['wallet.setExpiry', 'wallet.adjust', 'wallet.reverse'],
      ]);
      expect((await kit().ledger.verify()).ok).toBe(true);
    });

    test('a use of a frozen balance is refused for that reason, in routes, checks and verbs', async () => {
      const calls = await started();
      const ann = kit().customer('ann');
      const calling = { feature: 'api-calls' } as const;
      await ann.consume(calling);
      const stop = { customer: 'ann', unit: 'api-calls', reason: 'chargeback' };

      const frozen = await calls.post(`${prefix}/admin/wallet/freeze`, 'root', stop, asAdmin);
      const told = [await ann.check(calling), await ann.tryConsume(calling)];
      const shown = await calls.get(`${prefix}/entitlements/api-calls`, 'ann');
      await calls.post(`${prefix}/admin/wallet/unfreeze`, 'root', stop, asAdmin);

      expect(frozen.status).toBe(200);
      expect(told.map(({ reason }) => reason)).toEqual(['customer_frozen', 'customer_frozen']);
      expect(shown.body).toMatchObject({ allowed: false, reason: 'customer_frozen' });
      expect(await ann.check(calling)).toMatchObject({ allowed: true });
    });

    test('a customer sees where a balance comes from and what is reserved of it', async () => {
      const calls = await started();
      const ann = kit().customer('ann');
      const { transferId } = await ann.wallet.credit({ unit: 'points', amount: 50 });
      await ann.wallet.debit({ unit: 'points', amount: 20 });
      const hold = await ann.wallet.hold({ unit: 'points', amount: 5 });

      const told = await calls.get(`${prefix}/balances/points/explain?limit=1`, 'ann');
      const holds = await calls.get(`${prefix}/holds?state=open`, 'ann');
      const others = await calls.get(`${prefix}/holds`, 'bob');

      expect(transferId).toMatch(/^trf_/);
      expect(told.body).toMatchObject({
        ...{ settled: 30, held: 5, available: 25, sums: { granted: 50, spent: -20 } },
        uses: { items: [{ kind: 'hold', units: 5, payments: [{ units: 5 }] }] },
      });
      expect(told.body.uses.next).toEqual(expect.any(String));
      expect(holds.body).toMatchObject({ items: [{ id: hold.id, parts: [{ amount: 5 }] }] });
      expect(others.body).toEqual({ items: [], next: null });
      expect((await calls.get(`${prefix}/balances/pionts/explain`, 'ann')).status).toBe(404);
    });

    test('admin routes are 401 for nobody, 403 without the right, and name an unknown customer', async () => {
      const calls = await started();
      const credit = { customer: 'nobody-yet', unit: 'points', amount: 1 };

      expect((await calls.post(`${prefix}/admin/wallet/credit`, undefined, credit)).status).toBe(
        401,
      );
      expect((await calls.post(`${prefix}/admin/wallet/credit`, 'ann', credit)).body).toMatchObject(
        { status: 403, code: 'forbidden' },
      );
      expect(
        (await calls.post(`${prefix}/admin/wallet/credit`, 'root', credit, asAdmin)).body,
      ).toMatchObject({
        status: 404,
        code: 'customer_unknown',
      });
    });

    test('nobody is 401; the plans and the document are for everyone', async () => {
      const calls = await started();

      expect((await calls.get(`${prefix}/me`)).body).toMatchObject({
        status: 401,
        code: 'unauthenticated',
      });
      expect((await calls.post(`${prefix}/subscriptions`, undefined, {})).status).toBe(401);
      const document = await calls.get(`${prefix}/openapi.json`);
      expect(document.body).toMatchObject({ openapi: '3.1.0' });
      expect(Object.keys(document.body.paths)).toContain(`${prefix}/balances/{unit}`);
      expect((await calls.get(`${prefix}/plans`, 'ann')).status).toBe(200);
    });

    test('the host’s own routes are the host’s', async () => {
      const calls = await started();

      expect((await calls.get('/hosts-own')).status).toBe(200);
    });
  });

  test('without an admin check there are no admin routes', async () => {
    const calls = await host([], { admin: undefined } as never);

    const answer = await calls.get('/billing/admin/customers', 'root', asAdmin);

    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    const { paths } = (await calls.get('/billing/openapi.json')).body;
    expect(Object.keys(paths).filter((path) => path.includes('admin'))).toEqual([]);
  });

  test('a path or method that is no route of ours is a 404 problem', async () => {
    const calls = await host([]);

    for (const answer of [
      await calls.get('/billing/nothing', 'ann'),
      await calls.call({ method: 'DELETE', path: '/billing/me' }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
  });

  test('authorize is asked with the route’s operation', async () => {
    const calls = await host([], {
      authorize: (_request, operation) => operation.startsWith('list'),
    });

    expect((await calls.get('/billing/subscriptions', 'ann')).status).toBe(200);
    expect(
      (await calls.post('/billing/subscriptions', 'ann', { plan: 'hourly' })).body,
    ).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  test.each([
    ['an unknown key', '/subscriptions', { plan: 'hourly', plam: 1 }, '/plam'],
    ['a wrong type', '/subscriptions', { plan: 7 }, '/plan'],
    ['a list for an object', '/subscriptions', ['hourly'], ''],
    ['text for an object', '/subscriptions', 'hourly', ''],
    [
      'an amount as text',
      '/admin/wallet/credit',
      { customer: 'ann', unit: 'points', amount: '5' },
      '/amount',
    ],
    [
      'a float',
      '/admin/wallet/credit',
      { customer: 'ann', unit: 'points', amount: 1.5 },
      '/amount',
    ],
    [
      'a negative amount',
      '/admin/wallet/credit',
      { customer: 'ann', unit: 'points', amount: -5 },
      '/amount',
    ],
    ['zero', '/admin/wallet/credit', { customer: 'ann', unit: 'points', amount: 0 }, '/amount'],
    [
      'more than is safe',
      '/admin/wallet/credit',
      { customer: 'ann', unit: 'points', amount: 2 ** 53 },
      '/amount',
    ],
    [
      'an id that no database holds',
      '/admin/wallet/credit',
      { customer: 'a\0b', unit: 'points', amount: 5 },
      '/customer',
    ],
    [
      'half a character',
      '/admin/wallet/credit',
      { customer: '\ud800', unit: 'points', amount: 5 },
      '/customer',
    ],
    ['a missing field', '/admin/wallet/credit', { customer: 'ann', amount: 5 }, '/unit'],
  ])('%s is 422 naming the field, and nothing is written', async (_what, path, body, pointer) => {
    const calls = await host([]);
    await kit().customers.upsert({ customer: 'ann' });

    const refused = await calls.post(`/billing${path}`, 'ann', body, asAdmin);

    expect(refused.status).toBe(422);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer })]);
    expect((await kit().subscriptions.list({ customer: 'ann' })).items).toEqual([]);
    expect(await kit().wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 0,
    });
  });

  test.each([
    ['broken JSON', 'application/json', '{"plan":', 400, 'malformed'],
    [
      'JSON that would change prototypes',
      'application/json',
      '{"__proto__":{"plan":"hourly"}}',
      400,
      'malformed',
    ],
    [
      'an oversized body',
      'application/json',
      JSON.stringify({ plan: 'x'.repeat(70_000) }),
      413,
      'too_large',
    ],
    ['a form', 'application/x-www-form-urlencoded', 'plan=hourly', 415, 'unsupported_media_type'],
    ['text', 'text/plain', 'hourly', 415, 'unsupported_media_type'],
  ])('%s is refused with a problem', async (_what, type, text, status, code) => {
    const calls = await host([]);

    const refused = await calls.call({
      method: 'POST',
      path: '/billing/subscriptions',
      user: 'ann',
      raw: { type, text },
    });

    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body).toMatchObject({ status, code });
    expect(await kit().customers.find({ customer: 'ann' })).toBeNull();
  });

  test.each([
    ['/billing/balances/pionts', 404],
    ['/billing/subscriptions?limit=0', 422],
    ['/billing/subscriptions?limit=ten', 422],
    ['/billing/subscriptions?limit=1&limit=2', 422],
    ['/billing/subscriptions?cursor=broken', 422],
    ['/billing/subscriptions?pgae=2', 422],
    ['/billing/subscriptions?status=asleep', 422],
    ['/billing/entitlements/api-calls?amount=1.5', 422],
    ['/billing/entitlements/api-calls?amount=-1', 422],
    ['/billing/balances/points/statement?limit=1000', 422],
    ['/billing/balances/a%00b', 422],
    ['/billing/subscriptions/a%00b/periods', 422],
  ])('GET %s is %i', async (path, status) => {
    const calls = await host([]);

    const refused = await calls.get(path, 'ann');

    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.status).toBe(status);
  });

  test('an answer of each read fits the shape its route declares', async () => {
    const calls = await host([]);
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    await kit().wallet.credit({ customer: 'ann', unit: 'EUR', amount: 1050 });
    await kit().consume({ customer: 'ann', feature: 'api-calls', amount: 3 });

    const statement = await calls.get('/billing/balances/api-calls/statement', 'ann');
    const balances = await calls.get('/billing/balances', 'ann');
    const entitlements = await calls.get('/billing/entitlements', 'ann');

    expect(statement).toMatchObject({ status: 200 });
    expect(JSON.stringify(balances.body)).toContain('"formatted":"10.50"');
    expect(JSON.stringify(entitlements.body)).toContain('"track-time"');
    expect((await calls.get('/billing/me', 'ann')).body).toMatchObject({
      customer: { id: 'ann' },
      subscriptions: [{ plan: 'pro' }],
    });
  });
});
