/** What the adapter leaves alone: the host's parsers, errors and 404s, and every request that no guard has seen. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog } from '@bursar/core';
import express, { type ErrorRequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bursarExpress } from './index.ts';

const catalog = defineCatalog({
  units: { points: {} },
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
const bursar = createBursar({ catalog, database: 'memory://' });
const make = () => bursarExpress({ bursar, customer: (request) => request.get('x-user') });

async function asked(
  app: express.Express,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const copy = new Response(await answer.text(), {
    status: answer.status,
    headers: answer.headers,
  });
  server.closeAllConnections();
  server.close();
  return copy;
}

describe('the adapter', () => {
  beforeAll(() => bursar.ready());
  afterAll(() => bursar.close());

  test('the host’s bodies, errors and 404s stay the host’s, with the router at the root too', async () => {
    const app = express();
    app.use(make().router);
    app.post('/raw', (request, response) => {
      response.json({ body: request.body ?? null, bursar: 'bursar' in request });
    });
    app.get('/broken', () => Promise.reject(new Error('mine')));
    const own: ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(503).json({ own: error.message });
    };
    app.use(own);

    const json = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    };
    expect(await (await asked(app, '/raw', json)).json()).toEqual({ body: null, bursar: false });
    expect(await (await asked(app, '/broken')).json()).toEqual({ own: 'mine' });
    expect((await asked(app, '/missing')).headers.get('content-type')).toContain('text/html');
    expect((await asked(app, '/me')).status).toBe(401);
  });

  test('a path that cannot be decoded is a problem', async () => {
    const app = express();
    app.use('/billing', make().router);

    const answer = await asked(app, '/billing/balances/%ZZ', { headers: { 'x-user': 'ann' } });

    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('billing.errors makes problems of everything, and tells refundOn what a handler failed with', async () => {
    const billing = make();
    const app = express();
    const fails = (): never => {
      throw Object.assign(new Error('bad'), { status: 400 });
    };
    app.get('/typed', billing.consumes('calls'), fails);
    app.get('/broken', () => Promise.reject(new Error('a secret')));
    app.use(billing.errors);

    const typed = await asked(app, '/typed', { headers: { 'x-user': 'eve' } });
    const broken = await asked(app, '/broken');

    expect(await typed.json()).toMatchObject({ status: 400, detail: 'bad' });
    expect(await bursar.check({ customer: 'eve', feature: 'calls', amount: 0 })).toMatchObject({
      used: 0,
    });
    const text = await broken.text();
    expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' });
    expect(text).not.toContain('secret');
  });

  test('a response written in parts captures before it ends', async () => {
    const billing = make();
    const app = express();
    app.get('/parts', billing.consumes('calls', 2, { hold: true }), async (request, response) => {
      response.write('part ');
      await request.bursar.capture(1);
      response.end('whole');
    });

    const answer = await asked(app, '/parts', { headers: { 'x-user': 'zoe' } });

    expect(await answer.text()).toBe('part whole');
    expect(await bursar.check({ customer: 'zoe', feature: 'calls', amount: 0 })).toMatchObject({
      used: 1,
      held: 0,
    });
  });

  test('a body that the host has parsed before is taken as it is', async () => {
    const app = express();
    app.use(express.json());
    app.use('/billing', make().router);
    const body = JSON.stringify({ plan: 'free', extra: 1 });
    const headers = { 'x-user': 'ann', 'content-type': 'application/json' };

    const answer = await asked(app, '/billing/subscriptions', { method: 'POST', headers, body });

    expect(await answer.json()).toMatchObject({ status: 422, errors: [{ pointer: '/extra' }] });
  });

  test('an unknown option is refused', () => {
    expect(() =>
      bursarExpress({ bursar, customer: () => null, prefix: '/x', cusomer: 1 } as never),
    ).toThrow('cusomer');
  });
});
