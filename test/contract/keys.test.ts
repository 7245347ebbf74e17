/** Idempotency keys of guards: off by default, bound to customer, method, route and body, freed by a full give-back. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';
import type { AnyRequest, Handling, HostRoute } from './host.ts';

const idempotencyKey = (request: AnyRequest) =>
  request.headers['idempotency-key'] as string | undefined;
const withKey = { 'idempotency-key': 'k-1' };
const render: HostRoute = {
  method: 'POST',
  path: '/render',
  guards: [['consumes', 'api-calls', 1, { idempotencyKey }]],
};
const passing: HostRoute = {
  ...render,
  path: '/passing',
  guards: [['consumes', 'api-calls', 1, { idempotencyKey, replay: 'pass' }]],
  handle: async ({ bursar }: Handling) => ({ replayed: bursar.decisions[0]?.replayed }),
};

describeContract('keys of guards', ({ kit, host }) => {
  const used = async (customer = 'ann') =>
    (await kit().check({ customer, feature: 'api-calls', amount: 0 })).used;

  test('without the option a constant header is no free ride', async () => {
    const calls = await host([{ ...render, guards: [['consumes', 'api-calls']] }]);

    await calls.post('/render', 'ann', {}, withKey);
    await calls.post('/render', 'ann', {}, withKey);

    expect(await used()).toBe(2);
  });

  test('a key that has paid is 409 already_spent, and takes nothing', async () => {
    const calls = await host([render]);
    expect((await calls.post('/render', 'ann', {}, withKey)).status).toBe(200);

    const replay = await calls.post('/render', 'ann', {}, withKey);

    expect(replay.body).toMatchObject({
      status: 409,
      code: 'already_spent',
      decision: { replayed: true },
    });
    expect(await used()).toBe(1);
  });

  test('under replay: pass the request goes on, marked as replayed', async () => {
    const calls = await host([passing]);

    expect((await calls.post('/passing', 'ann', {}, withKey)).body).toEqual({ replayed: false });
    expect((await calls.post('/passing', 'ann', {}, withKey)).body).toEqual({ replayed: true });
    expect(await used()).toBe(1);
  });

  test('the same key with another body is a conflict', async () => {
    const calls = await host([passing]);
    await calls.post('/passing', 'ann', { text: 'one' }, withKey);

    const conflict = await calls.post('/passing', 'ann', { text: 'two' }, withKey);

    expect(conflict.body).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    expect(await used()).toBe(1);
  });

  test('a key is bound to its customer, route and feature', async () => {
    const calls = await host([
      passing,
      { ...passing, path: '/other' },
      {
        ...passing,
        path: '/two',
        guards: [
          ...(passing.guards ?? []),
          ['consumes', 'ai-tokens', 3, { idempotencyKey, replay: 'pass' }],
        ],
      },
    ]);
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    await calls.post('/passing', 'ann', {}, withKey);

    expect((await calls.post('/other', 'ann', {}, withKey)).body).toEqual({ replayed: false });
    expect((await calls.post('/passing', 'bob', {}, withKey)).body).toEqual({ replayed: false });
    expect((await calls.post('/two', 'ann', {}, withKey)).status).toBe(200);
    expect((await calls.post('/two', 'ann', {}, withKey)).status).toBe(200);
    expect(await used()).toBe(3);
    expect(await kit().check({ customer: 'ann', feature: 'ai-tokens' })).toMatchObject({ used: 3 });
  });

  test('a key that paid in one tenant is free in another, under the same name', async () => {
    const calls = await host([passing]);
    const elsewhere = { ...withKey, 'x-tenant': `beside-${calls.tenant}` };
    await calls.post('/passing', 'ann', {}, withKey);

    const answer = await calls.post('/passing', 'ann', {}, elsewhere);

    expect(answer.body).toEqual({ replayed: false });
    expect(await used()).toBe(1);
  });

  test('a spend given back in full frees its key: fail, then retry twice, used is 1', async () => {
    let fails = true;
    const handle = async () => (fails ? { status: 500 } : {});
    const calls = await host([{ ...render, handle }]);

    expect((await calls.post('/render', 'ann', {}, withKey)).status).toBe(500);
    expect(await used()).toBe(0);
    fails = false;
    expect((await calls.post('/render', 'ann', {}, withKey)).status).toBe(200);
    expect((await calls.post('/render', 'ann', {}, withKey)).status).toBe(409);
    expect(await used()).toBe(1);
    expect(await kit().ledger.verify()).toMatchObject({ ok: true });
  });

  test('only the request that made the spend gives it back', async () => {
    let fails = false;
    const calls = await host([{ ...passing, handle: async () => (fails ? { status: 500 } : {}) }]);
    await calls.post('/passing', 'ann', {}, withKey);
    fails = true;

    expect((await calls.post('/passing', 'ann', {}, withKey)).status).toBe(500);

    expect(await used()).toBe(1);
  });

  test('a replayed hold is not captured twice', async () => {
    const guards = [
      ['consumes', 'api-calls', 3, { idempotencyKey, replay: 'pass', hold: 'PT5M' }],
    ] as const;
    const calls = await host([
      { ...passing, guards, handle: ({ bursar }: Handling) => bursar.capture(2) },
    ]);

    expect((await calls.post('/passing', 'ann', {}, withKey)).body).toEqual({
      captured: 2,
      shortfall: 0,
    });
    expect((await calls.post('/passing', 'ann', {}, withKey)).status).toBe(200);

    expect(await used()).toBe(2);
  });

  test('ten twins at once have one effect', async () => {
    const calls = await host([passing]);

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => calls.post('/passing', 'ann', {}, withKey)),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(answers.filter(({ body }) => body.replayed === false)).toHaveLength(1);
    expect(await used()).toBe(1);
  });

  test('a key that is too long is refused with 422', async () => {
    const calls = await host([passing]);

    const refused = await calls.post('/passing', 'ann', {}, { 'idempotency-key': 'k'.repeat(256) });

    expect(refused.body).toMatchObject({
      status: 422,
      code: 'validation',
      errors: [{ pointer: '/idempotencyKey' }],
    });
  });
});
