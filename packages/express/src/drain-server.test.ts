/** Closing a server of Node's: at once where nothing runs, and cut off where it would take too long. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog } from '@bursar/core';
import express from 'express';
import { expect, test } from 'vitest';
import { bursarExpress } from './index.ts';

const catalog = defineCatalog({
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
const ask = { customer: 'ann', feature: 'calls' } as const;

async function listening(drainMilliseconds?: number) {
  const bursar = createBursar({ catalog, database: 'memory://' });
  const billing = bursarExpress({ bursar, customer: () => 'ann', drainMilliseconds });
  const app = express();
  app.get('/never', () => {});
  await billing.start();
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    bursar,
    billing,
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

test('an answer that never comes is cut off in time', async () => {
  const { bursar, billing, server, url } = await listening(300);
  const asked = fetch(`${url}/never`).then(
    () => 'answered',
    () => 'cut off',
  );
  await once(server, 'request');
  const since = performance.now();

  await billing.close(server);

  expect(await asked).toBe('cut off');
  expect(performance.now() - since).toBeLessThan(2_000);
  await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'database' });
});

test('drain leaves the kit open, and closing what is closed already closes the kit', async () => {
  const { bursar, billing, server } = await listening();

  await Promise.all([billing.drain(server), billing.drain(server)]);
  expect((await bursar.check(ask)).allowed).toBe(true);
  await billing.close(server);
  await billing.close(server);

  expect(server.listening).toBe(false);
  await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'database' });
});
