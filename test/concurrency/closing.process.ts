/**
 * A host on the framework of its first parameter and the database of its second: closes at SIGTERM and does nothing else to
 * end, so that whatever still holds the process shows.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createBursar } from '@bursar/core';
import { bursarExpress } from '@bursar/express';
import bursarFastify from '@bursar/fastify';
import express from 'express';
import Fastify from 'fastify';
import { catalog } from '../support/kit.ts';

const [, , framework = '', database = ''] = process.argv;
const bursar = createBursar({ catalog, database });
const workMilliseconds = 300;

async function onFastify() {
  const app = Fastify();
  const customer = () => 'ann';
  await app.register(bursarFastify, { bursar: bursar as never, customer, close: true });
  const spends = app.bursar.consumes('api-calls' as never);
  app.post('/work', { preHandler: spends }, () => pause(workMilliseconds, { done: true }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { server: app.server, close: () => app.close() };
}

async function onExpress() {
  const billing = bursarExpress({ bursar, customer: () => 'ann' });
  const app = express();
  app.post('/work', billing.consumes('api-calls'), async (_request, response) => {
    response.json(await pause(workMilliseconds, { done: true }));
  });
  await billing.start();
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, close: () => billing.close(server) };
}

const { server, close } = framework === 'fastify' ? await onFastify() : await onExpress();
await bursar.subscribe({ customer: 'ann', plan: 'pro' });
// Orchestrators and terminals send it twice.
process.on('SIGTERM', () => void close());
console.log((server.address() as AddressInfo).port);
