/** What guards decide and answer, on both frameworks and both databases. */
import { expect, test, vi } from 'vitest';
import { describeContract } from './contract.ts';
import type { AnyRequest } from './host.ts';

const render = { method: 'POST', path: '/render', guards: [['consumes', 'api-calls']] } as const;
const reports = {
  method: 'GET',
  path: '/reports',
  guards: [['subscribed', 'track-time']],
} as const;
const lounge = { method: 'GET', path: '/lounge', guards: [['minBalance', 'points', 100]] } as const;

describeContract('guards', ({ kit, host, warnings }) => {
  const used = async (customer = 'ann') =>
    (await kit().check({ customer, feature: 'api-calls', amount: 0 })).used;

  test('nobody is refused by every guard with 401 and a problem', async () => {
    const calls = await host([render, reports, lounge]);

    for (const answer of [
      await calls.post('/render'),
      await calls.get('/reports'),
      await calls.get('/lounge'),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.body).toMatchObject({
        type: 'urn:bursar:problem:unauthenticated',
        title: 'Unauthenticated',
        status: 401,
        code: 'unauthenticated',
      });
    }
  });

  test('subscribed(feature) refuses until a plan carries it, and writes nothing', async () => {
    const calls = await host([reports]);

    const refused = await calls.get('/reports', 'ann');

    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'feature_not_in_plan', instance: '/reports' });
    expect(refused.body.decision).toMatchObject({
      allowed: false,
      reason: 'feature_not_in_plan',
      feature: 'track-time',
    });
    expect(await kit().customers.find({ customer: 'ann' })).toBeNull();
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    expect((await calls.get('/reports', 'ann')).status).toBe(200);
  });

  test('bare subscribed() wants a subscription of its own; the default plan is none', async () => {
    const calls = await host([{ method: 'GET', path: '/any', guards: [['subscribed']] }]);

    expect((await calls.get('/any', 'ann')).body).toMatchObject({
      status: 403,
      code: 'no_subscription',
    });
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    expect((await calls.get('/any', 'ann')).status).toBe(200);
  });

  test('minBalance refuses below and passes as much', async () => {
    const calls = await host([lounge]);
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 99 });

    const refused = await calls.get('/lounge', 'ann');
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 1 });

    expect(refused.body).toMatchObject({ status: 402, code: 'insufficient_balance' });
    expect(refused.body.decision).toMatchObject({ unit: 'points', requested: 100, available: 99 });
    expect((await calls.get('/lounge', 'ann')).status).toBe(200);
  });

  test('consumes spends before the handler and says what is left', async () => {
    const seen = vi.fn();
    const calls = await host([
      { ...render, handle: async ({ bursar }) => seen(bursar.decisions[0], bursar.id) },
    ]);

    const answer = await calls.post('/render', 'ann');

    expect(answer.status).toBe(200);
    expect(answer.headers.ratelimit).toMatch(/^"api-calls";r=4;t=\d+$/);
    expect(answer.headers['ratelimit-policy']).toBe('"api-calls";q=5');
    expect(seen).toHaveBeenCalledWith(
      expect.objectContaining({ allowed: true, requested: 1, available: 4 }),
      'ann',
    );
    expect(await used()).toBe(1);
  });

  test('a quota that is used up is 429; a reset in a month is no Retry-After', async () => {
    const calls = await host([render]);
    for (let time = 0; time < 5; time += 1)
      expect((await calls.post('/render', 'ann')).status).toBe(200);

    const refused = await calls.post('/render', 'ann');

    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      code: 'quota_exceeded',
      decision: { available: 0, granted: 5, used: 5 },
    });
    expect(refused.body.decision.resetsAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(refused.headers.ratelimit).toMatch(/^"api-calls";r=0;t=\d+$/);
    expect(refused.headers['retry-after']).toBeUndefined();
    expect(await used()).toBe(5);
  });

  test('a reset within the hour is a Retry-After', async () => {
    const calls = await host([
      { method: 'POST', path: '/burst', guards: [['consumes', 'burst', 2]] },
    ]);
    await kit().subscribe({ customer: 'ann', plan: 'hourly' });
    expect((await calls.post('/burst', 'ann')).status).toBe(200);

    const refused = await calls.post('/burst', 'ann');

    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1700);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(1800);
  });

  test('a cap within the period is a Retry-After until its part ends', async () => {
    const calls = await host([
      { method: 'POST', path: '/steady', guards: [['consumes', 'steady']] },
    ]);
    await kit().subscribe({ customer: 'ann', plan: 'hourly' });
    expect((await calls.post('/steady', 'ann')).headers.ratelimit).toMatch(/^"steady";r=0;t=/);

    const refused = await calls.post('/steady', 'ann');

    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      code: 'quota_exceeded',
      decision: { granted: 100, used: 1 },
    });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
  });

  test('the amount may come from the request; 0 passes and books nothing', async () => {
    const pages = (request: AnyRequest) => request.body.pages;
    const calls = await host([{ ...render, guards: [['consumes', 'api-calls', pages]] }]);

    expect((await calls.post('/render', 'ann', { pages: 0 })).status).toBe(200);
    expect(await kit().customers.find({ customer: 'ann' })).toBeNull();
    expect((await calls.post('/render', 'ann', { pages: 3 })).status).toBe(200);
    expect(await used()).toBe(3);
  });

  test.each([-1, 1.5, '3', null, 2 ** 53])(
    'the amount %s is refused with 422 naming it; nothing is written',
    async (amount) => {
      const calls = await host([
        { ...render, guards: [['consumes', 'api-calls', (request) => request.body.pages]] },
      ]);

      const refused = await calls.post('/render', 'ann', { pages: amount });

      expect(refused.status).toBe(422);
      expect(refused.body).toMatchObject({
        code: 'invalid_amount',
        errors: [{ pointer: '/amount' }],
      });
      expect(await kit().customers.find({ customer: 'ann' })).toBeNull();
    },
  );

  test('a guard that could never pass throws when it is made', async () => {
    for (const ask of [
      ['subscribed', 'trak-time'],
      ['minBalance', 'point', 1],
      ['minBalance', 'points', 0],
      ['consumes', 'track-time'],
      ['consumes', 'nothing'],
    ] as never[]) {
      await expect(host([{ ...render, guards: [ask] }])).rejects.toMatchObject({
        code: 'configuration',
      });
    }
    await expect(
      host([{ ...render, guards: [['consumes', 'api-calls', 0.5]] }]),
    ).rejects.toMatchObject({
      code: 'invalid_amount',
    });
  });

  test('credits that do not cover the rest are 402', async () => {
    const calls = await host([
      { method: 'POST', path: '/gpu', guards: [['consumes', 'gpu-seconds', 15]] },
    ]);
    await kit().subscribe({ customer: 'ann', plan: 'pro' });

    const refused = await calls.post('/gpu', 'ann');
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 5 });
    const passed = await calls.post('/gpu', 'ann');

    expect(refused.body).toMatchObject({ status: 402, code: 'insufficient_balance' });
    expect(passed.status).toBe(200);
    expect(await kit().wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 0,
    });
  });

  test('statuses follow the guard, then the registration, then the table', async () => {
    const registration = { status: { feature_not_in_plan: 404, unauthenticated: 403 } } as const;
    const calls = await host(
      [
        reports,
        {
          ...reports,
          path: '/own',
          guards: [['subscribed', 'track-time', { status: { feature_not_in_plan: 402 } }]],
        },
        { ...reports, path: '/all', guards: [['subscribed', 'track-time', { status: 451 }]] },
      ],
      registration,
    );

    expect((await calls.get('/reports', 'ann')).body).toMatchObject({
      status: 404,
      code: 'feature_not_in_plan',
    });
    expect((await calls.get('/own', 'ann')).status).toBe(402);
    expect((await calls.get('/all', 'ann')).status).toBe(451);
    expect((await calls.get('/reports')).status).toBe(403);
  });

  test('onDenied may answer by itself; when it does not, the problem is sent', async () => {
    let how: 'answer' | 'pass' = 'answer';
    const heard: unknown[] = [];
    const onDenied = (decision: unknown) => {
      heard.push(decision);
      return how;
    };
    const calls = await host([reports], { onDenied });

    const own = await calls.get('/reports', 'ann');
    how = 'pass';
    const ours = await calls.get('/reports', 'ann');

    expect(own).toMatchObject({ status: 418, body: { own: true } });
    expect(ours.body).toMatchObject({ status: 403, code: 'feature_not_in_plan' });
    expect(heard).toEqual([
      expect.objectContaining({ reason: 'feature_not_in_plan' }),
      expect.objectContaining({ reason: 'feature_not_in_plan' }),
    ]);
  });

  test('enforce: false decides, logs and attaches, and never refuses', async () => {
    const seen = vi.fn();
    const handle = async ({ bursar }: { bursar: { decisions: readonly unknown[] } }) =>
      seen([...bursar.decisions]);
    const calls = await host(
      [
        { ...reports, handle },
        { ...render, handle },
      ],
      { enforce: false, authorize: () => true },
    );

    expect((await calls.get('/reports', 'ann')).status).toBe(200);
    expect((await calls.get('/reports')).status).toBe(200);
    for (let time = 0; time < 6; time += 1)
      expect((await calls.post('/render', 'ann')).status).toBe(200);

    expect(seen.mock.calls[0]?.[0]).toMatchObject([
      { allowed: false, reason: 'feature_not_in_plan' },
    ]);
    expect(seen.mock.calls.at(-1)?.[0]).toMatchObject([
      { allowed: false, reason: 'quota_exceeded' },
    ]);
    expect(warnings.map(({ facts }) => (facts as { code: string }).code)).toEqual([
      'feature_not_in_plan',
      'unauthenticated',
      'quota_exceeded',
    ]);
    expect(await used()).toBe(5);
  });

  test('authorize may forbid a member what the team may do', async () => {
    const asked: string[] = [];
    const authorize = (_request: AnyRequest, operation: string) => {
      asked.push(operation);
      return operation !== 'consumes';
    };
    const calls = await host([render, lounge], { authorize });
    await kit().wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });

    expect((await calls.post('/render', 'ann')).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
    expect((await calls.get('/lounge', 'ann')).status).toBe(200);
    expect(asked).toEqual(['consumes', 'minBalance']);
    expect(await used()).toBe(0);
  });

  test('the customer is asked for once, and after the route’s own authentication', async () => {
    const customer = vi.fn((request: AnyRequest) => request.user);
    const before = (request: AnyRequest) => {
      request.user = 'late-ann';
    };
    const handle = async ({
      bursar,
    }: {
      bursar: { state(): Promise<{ customer: unknown }>; id: string | null };
    }) => ({
      id: bursar.id,
      state: await bursar.state(),
    });
    const calls = await host(
      [
        {
          ...render,
          before,
          guards: [
            ['consumes', 'api-calls'],
            ['consumes', 'api-calls', 2],
          ],
          handle,
        },
      ],
      { customer },
    );

    const answer = await calls.post('/render');

    expect(answer.body).toMatchObject({ id: 'late-ann', state: { customer: { id: 'late-ann' } } });
    expect(customer).toHaveBeenCalledTimes(1);
    expect(await used('late-ann')).toBe(3);
  });

  test('a team pays, a member uses', async () => {
    const customer = () => ({ customer: 'team', kind: 'team', usedBy: 'u7' });
    const seen = vi.fn();
    const calls = await host(
      [{ ...render, handle: async ({ bursar }) => seen(bursar.id, bursar.usedBy) }],
      { customer },
    );

    await calls.post('/render');

    expect(seen).toHaveBeenCalledWith('team', 'u7');
    expect(await kit().customers.get({ customer: 'team' })).toMatchObject({ kind: 'team' });
    const { items } = await kit().entitlements.usage({
      customer: 'team',
      feature: 'api-calls',
      by: 'usedBy',
    });
    expect(items).toEqual([
      expect.objectContaining({ usedBy: expect.objectContaining({ id: 'u7' }), used: 1 }),
    ]);
  });

  test('a tenant that is not resolved is refused, never taken for the default one', async () => {
    const calls = await host([render], { tenant: () => undefined });

    expect((await calls.post('/render', 'ann')).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
    expect((await calls.get('/billing/me', 'ann')).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });

  test('an id that the database cannot hold is 422, not 500', async () => {
    const long = 'x'.repeat(256);
    const calls = await host([render, lounge], {
      customer: (request) => (request.headers['x-long'] ? long : 'a\0b'),
    });

    for (const headers of [{ 'x-long': 'yes' }, {}] as Record<string, string>[]) {
      for (const answer of [
        await calls.post('/render', 'ann', {}, headers),
        await calls.get('/lounge', 'ann', headers),
        await calls.get('/billing/me', 'ann', headers),
      ]) {
        expect(answer.body).toMatchObject({
          status: 422,
          code: 'validation',
          errors: [{ pointer: '/customer' }],
        });
      }
    }
  });

  test('tenants do not share a customer of the same name', async () => {
    const calls = await host([render]);
    await calls.post('/render', 'ann', undefined);

    await calls.post('/render', 'ann', undefined, { 'x-tenant': `${calls.tenant}-other` });

    expect(await used()).toBe(1);
  });

  test('the handle is there for nobody too, and its verbs throw unauthenticated', async () => {
    const calls = await host([
      {
        method: 'GET',
        path: '/id',
        handle: async ({ bursar }) => ({ id: bursar.id, decisions: bursar.decisions }),
      },
      { method: 'GET', path: '/state', handle: async ({ bursar }) => bursar.state() },
    ]);

    expect((await calls.get('/id')).body).toEqual({ id: null, decisions: [] });
    // By the host's own error handler: it reads the error's status.
    expect((await calls.get('/state')).status).toBe(401);
    expect((await calls.get('/state', 'ann')).status).toBe(200);
  });

  test('what a verb throws in a handler gets its status from the host’s own error handler', async () => {
    const calls = await host([
      {
        method: 'POST',
        path: '/own',
        handle: async ({ bursar }) => bursar.consume({ feature: 'api-calls', amount: 6 }),
      },
      {
        method: 'POST',
        path: '/debit',
        handle: async ({ bursar }) => bursar.wallet.debit({ unit: 'points', amount: 1 }),
      },
    ]);

    expect((await calls.post('/own', 'ann')).status).toBe(429);
    expect((await calls.post('/debit', 'ann')).status).toBe(402);
  });
});
