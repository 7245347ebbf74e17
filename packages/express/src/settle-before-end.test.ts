/** A response that waits for its settling is answered once, whatever the handler does after its answer. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog } from '@bursar/core';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bursarExpress } from './index.ts';

const catalog = defineCatalog({
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 100 } } } },
});
const bursar = createBursar({ catalog, database: 'memory://' });

describe.each([
  ['with billing.errors', true],
  ['with the framework’s own handler', false],
])('a handler that answers and then fails, %s', (_, withErrors) => {
  let url: string;
  let close: () => void;
  beforeAll(async () => {
    const billing = bursarExpress({ bursar, customer: (request) => request.get('x-user') });
    const app = express();
    const fails: express.RequestHandler = async (_request, response) => {
      response.set('x-mine', 'yes').json({ ok: true });
      response.status(418).set('x-mine', 'no');
      throw new Error('afterwards');
    };
    const refund = { refundOn: () => true };
    app.get('/spend', billing.consumes('calls'), fails);
    app.get('/refund', billing.consumes('calls', 1, refund), fails);
    app.get('/hold', billing.consumes('calls', 3, { hold: true }), fails);
    app.get('/next', billing.consumes('calls', 1, refund), (_request, response, next) => {
      response.json({ ok: true });
      next();
    });
    if (withErrors) app.use(billing.errors);
    await billing.start();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => server.close();
  });
  afterAll(() => close());

  test.each(['/refund', '/hold', '/next'])('on %s is answered as it answered', async (path) => {
    const response = await fetch(`${url}${path}`, { headers: { 'x-user': `ann${path}` } });

    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    if (path !== '/next') expect(response.headers.get('x-mine')).toBe('yes');
    const after = await fetch(`${url}/refund`, { headers: { 'x-user': 'bob' } });
    expect(after.status).toBe(200);
  });
});

afterAll(() => bursar.close());
