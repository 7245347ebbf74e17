/** A JSON parser before the router of a kit that has gateways: said when it is mounted, or by the first webhook. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog, testGateway } from '@bursar/core';
import express, { type Express, type RequestHandler, Router } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bursarExpress } from './index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: {},
  offers: { pack: { price: { EUR: 5 } } },
});
const gateway = testGateway();
const logged: object[] = [];
const quiet = () => {};
const logger = {
  ...{ debug: quiet, info: quiet, warn: quiet },
  error: (facts: object) => void logged.push(facts),
};
const bursar = createBursar({
  ...{ catalog, database: 'memory://', logger },
  gateways: { test: gateway },
});
const without = createBursar({ catalog, database: 'memory://' });
const routerOf = (kit: object = bursar) =>
  bursarExpress({ bursar: kit as never, customer: (request) => request.get('x-user') }).router;

async function tell(app: Express, path = '/billing/webhooks/test'): Promise<Response> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { rawBody, headers } = gateway.webhook(null);
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...{ method: 'POST', body: rawBody },
    headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
  });
  const copy = new Response(await answer.text(), { status: answer.status });
  server.closeAllConnections();
  server.close();
  return copy;
}

const applied = [200, { outcome: 'ignored' }];
const answerOf = async (app: Express, path?: string) => {
  const answer = await tell(app, path);
  return [answer.status, await answer.json()];
};

describe('a JSON parser before the router', () => {
  beforeAll(() => bursar.ready());
  afterAll(async () => {
    await bursar.close();
    await without.close();
  });

  test.each([
    ['everywhere', '/billing', (app: Express) => app.use(express.json())],
    ['at its prefix', '/billing', (app: Express) => app.use('/billing', express.json())],
    ['at the root', '/', (app: Express) => app.use(express.json())],
    ['of any type', '/money', (app: Express) => app.use(express.json({ type: '*/*' }))],
  ])('%s is refused when it is mounted, with what to do', (_, path, prepare) => {
    const app = express();
    prepare(app);

    expect(() => app.use(path, routerOf())).toThrow(
      expect.objectContaining({
        ...{ code: 'configuration', details: { path, reason: 'parsed' } },
        message: expect.stringContaining(`app.use('${path}', billing.router) first`),
      }),
    );
  });

  test.each<[string, (app: Express) => unknown]>([
    ['elsewhere', (app) => app.use('/api', express.json())],
    ['of another type', (app) => app.use(express.json({ type: 'application/merge-patch+json' }))],
    [
      'that leaves webhooks alone',
      (app) => app.use(express.json({ type: (request) => !request.url?.includes('/webhooks/') })),
    ],
    ['that keeps bytes', (app) => app.use(express.raw({ type: '*/*' }))],
    ['of forms', (app) => app.use(express.urlencoded())],
  ])('%s is none of ours, and webhooks come as they were sent', async (_, prepare) => {
    const app = express();
    prepare(app);
    app.use('/billing', routerOf());
    app.use(express.json());

    expect(await answerOf(app)).toEqual(applied);
  });

  test('is no reason for a kit without gateways', () => {
    const app = express();
    app.use(express.json());

    expect(() => app.use('/billing', routerOf(without))).not.toThrow();
  });

  test('that nobody could see is told to the first webhook and logged as an error', async () => {
    const within = express();
    const api = Router();
    api.use('/billing', routerOf());
    within.use(express.json());
    within.use('/api', api);
    const wrapped = express();
    const own: RequestHandler = (request, response, next) =>
      express.json()(request, response, next);
    wrapped.use(own);
    wrapped.use('/api/billing', routerOf());
    logged.length = 0;

    for (const app of [within, wrapped]) {
      const answer = await tell(app, '/api/billing/webhooks/test');

      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({
        ...{ status: 500, code: 'configuration' },
        detail: expect.stringContaining('mount what serves /api/billing before any body parser'),
      });
    }
    expect(logged).toMatchObject(
      Array.from({ length: 2 }, () => ({
        err: { code: 'configuration' },
        path: '/api/billing/webhooks/test',
      })),
    );
  });

  test('within a router that stands before it, webhooks come as they were sent', async () => {
    const app = express();
    const api = Router();
    api.use('/billing', routerOf());
    app.use('/api', api);
    app.use(express.json());

    expect(await answerOf(app, '/api/billing/webhooks/test')).toEqual(applied);
  });
});
