/** What the plugin leaves alone: the host's parsers, errors, 404s and log, and every scope beside its own. */
import { createBursar, defineCatalog, testGateway } from '@bursar/core';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import bursarFastify, { type BursarFastifyOptions } from './index.ts';

const catalog = defineCatalog({
  units: { points: {} },
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
const bursar = createBursar({ catalog, database: 'memory://' });
const options: BursarFastifyOptions = {
  bursar: bursar as never,
  customer: (request) => request.headers['x-user'] as string,
};

describe('the plugin', () => {
  beforeAll(() => bursar.ready());
  afterAll(() => bursar.close());

  test('the host keeps its parsers, its errors and its 404', async () => {
    const app = Fastify();
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    await app.register(bursarFastify, options);
    app.post('/csv', async (request) => ({ body: request.body }));
    app.get('/broken', () => Promise.reject(new Error('mine')));

    const csv = await app.inject({
      method: 'POST',
      url: '/csv',
      headers: { 'content-type': 'text/csv' },
      payload: 'a,b',
    });
    const broken = await app.inject('/broken');
    const missing = await app.inject('/missing');
    const ours = await app.inject('/billing/missing');
    const refused = await app.inject({
      method: 'POST',
      url: '/billing/subscriptions',
      headers: { 'content-type': 'text/csv' },
      payload: 'a',
    });
    await app.close();

    expect(csv.json()).toEqual({ body: 'a,b' });
    expect(broken.json()).toMatchObject({ statusCode: 500, message: 'mine' });
    expect(missing.json()).toMatchObject({ statusCode: 404, error: 'Not Found' });
    expect(ours.json()).toMatchObject({ status: 404, code: 'not_found' });
    expect(refused.json()).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  test('webhooks come as they were sent, whatever parsers the host has', async () => {
    const gateway = testGateway();
    const kit = createBursar({ catalog, database: 'memory://', gateways: { test: gateway } });
    await kit.ready();
    const app = Fastify();
    const parse = async (_request: unknown, body: unknown) => ({ parsed: String(body) });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, parse);
    app.addContentTypeParser(/^text\//, { parseAs: 'buffer' }, parse);
    app.addContentTypeParser('*', { parseAs: 'string' }, parse);
    await app.register(bursarFastify, { ...options, bursar: kit as never });
    app.post('/own', async (request) => request.body);

    const { rawBody, headers } = gateway.webhook(null);
    const told = [];
    for (const type of ['application/json', 'application/json; charset=utf-8', 'text/plain', 'a/b'])
      told.push(
        await app.inject({
          ...{ method: 'POST', url: '/billing/webhooks/test', payload: rawBody },
          headers: { ...(headers as Record<string, string>), 'content-type': type },
        }),
      );
    const own = await app.inject({ method: 'POST', url: '/own', payload: { a: 1 } });
    await app.close();
    await kit.close();

    expect(told.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(told.map((answer) => answer.json().outcome)).toEqual([
      ...['ignored', 'repeated', 'repeated', 'repeated'],
    ]);
    expect(own.json()).toEqual({ parsed: '{"a":1}' });
  });

  test('a body that a hook of the host has taken is said to be, and logged as an error', async () => {
    const logged: object[] = [];
    const quiet = () => {};
    const error = (facts: object) => void logged.push(facts);
    const logger = { debug: quiet, info: quiet, warn: quiet, error };
    const gateways = { test: testGateway() };
    const kit = createBursar({ catalog, database: 'memory://', gateways, logger });
    await kit.ready();
    const app = Fastify();
    app.addHook('preHandler', async (request) => {
      if (request.body instanceof Buffer) request.body = JSON.parse(request.body.toString());
    });
    await app.register(bursarFastify, { ...options, bursar: kit as never });

    const url = '/billing/webhooks/test';
    const told = await app.inject({ method: 'POST', url, payload: { id: 'x' } });
    await app.close();
    await kit.close();

    expect(told.json()).toMatchObject({
      ...{ status: 500, code: 'configuration' },
      detail: expect.stringContaining('before any body parser'),
    });
    expect(logged).toMatchObject([{ err: { code: 'configuration' }, path: url }]);
  });

  test('the prefix is honoured, also below the prefix of the scope it is registered in', async () => {
    const app = Fastify();
    await app.register(
      async (scope) => {
        await scope.register(bursarFastify, { ...options, prefix: '/money' });
      },
      { prefix: '/api' },
    );

    const me = await app.inject({ url: '/api/money/me', headers: { 'x-user': 'ann' } });
    const document = await app.inject('/api/money/openapi.json');
    const elsewhere = await app.inject('/billing/me');
    await app.close();

    expect([me.statusCode, elsewhere.statusCode]).toEqual([200, 404]);
    expect(Object.keys(document.json().paths)).toContain('/api/money/me');
  });

  test('logLevel silences the routes and nothing else', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const app = Fastify({ logger: { level: 'info', stream } });
    await app.register(bursarFastify, { ...options, logLevel: 'silent' });
    app.get('/own', async () => 'own');

    await app.inject({ url: '/billing/me', headers: { 'x-user': 'ann' } });
    const before = lines.length;
    await app.inject('/own');
    await app.close();

    expect(before).toBe(0);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('app.bursar is the kit and the guards, and a second registration around it is refused', async () => {
    const app = Fastify();
    await app.register(bursarFastify, options);
    app.register(async (scope) => {
      await scope.register(bursarFastify, options);
    });

    await app.bursar.wallet.credit({ customer: 'ann', unit: 'points' as never, amount: 5 });

    expect(
      await app.bursar.wallet.balance({ customer: 'ann', unit: 'points' as never }),
    ).toMatchObject({ available: 5 });
    await expect(app.ready()).rejects.toMatchObject({ code: 'configuration' });
  });

  test('an unknown option is refused', async () => {
    const app = Fastify();

    await expect(
      app.register(bursarFastify, { ...options, enforced: true } as never),
    ).rejects.toMatchObject({
      code: 'configuration',
    });
  });

  test('the kit’s error handler makes problems of everything, for those who want it', async () => {
    const app = Fastify();
    await app.register(bursarFastify, options);
    app.setErrorHandler(app.bursar.errorHandler);
    app.get('/broken', () => Promise.reject(new Error('a secret')));
    app.get('/teapot', () =>
      Promise.reject(Object.assign(new Error('short and stout'), { statusCode: 418 })),
    );

    const broken = await app.inject('/broken');
    const teapot = await app.inject('/teapot');
    await app.close();

    expect(broken.headers['content-type']).toContain('application/problem+json');
    expect(broken.json()).toMatchObject({ status: 500, code: 'internal', instance: '/broken' });
    expect(broken.body).not.toContain('secret');
    expect(teapot.json()).toMatchObject({ status: 418, detail: 'short and stout' });
  });

  test('an error without a status gives back what was taken, also when the host answers it with 400', async () => {
    const app = Fastify();
    await app.register(bursarFastify, options);
    const spends = app.bursar.consumes('calls' as never);
    app.get('/typed', { preHandler: spends }, () =>
      Promise.reject(Object.assign(new Error('bad'), { statusCode: 400 })),
    );

    const answer = await app.inject({ url: '/typed', headers: { 'x-user': 'eve' } });
    await app.close();

    expect(answer.statusCode).toBe(400);
    expect(await bursar.check({ customer: 'eve', feature: 'calls', amount: 0 })).toMatchObject({
      used: 0,
    });
  });

  test('a hijacked reply captures in its own time', async () => {
    const app = Fastify();
    await app.register(bursarFastify, options);
    const holds = app.bursar.consumes('calls' as never, 2, { hold: 'PT5M' });
    app.get('/raw', { preHandler: holds }, async (request, reply) => {
      reply.hijack();
      reply.raw.write('part ');
      await request.bursar.capture(1);
      reply.raw.end('whole');
    });

    const answer = await app.inject({ url: '/raw', headers: { 'x-user': 'zoe' } });
    await app.close();

    expect(answer.body).toBe('part whole');
    expect(await bursar.check({ customer: 'zoe', feature: 'calls', amount: 0 })).toMatchObject({
      used: 1,
      held: 0,
    });
  });
});
