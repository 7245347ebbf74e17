/** What a guard costs a route: each beside the same route without one, on a real port, loaded from another process. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Bursar } from '@bursar/core';
import { bursarExpress } from '@bursar/express';
import bursarFastify from '@bursar/fastify';
import express from 'express';
import Fastify from 'fastify';
import { startProcess } from '../support/processes.ts';
import { type Figure, medianOf, print, type Setting } from './measure.ts';

// biome-ignore lint/suspicious/noExplicitAny: the bench's catalogue is not the registered one
type Kit = Bursar<any, any>;
type Server = { readonly url: string; close(): Promise<void> };
const paths = ['/bare', '/subscribed', '/consumes'] as const;

async function onFastify(bursar: Kit): Promise<Server> {
  const app = Fastify();
  await app.register(bursarFastify, {
    bursar,
    customer: (request) => String(request.headers['x-user']),
  });
  const { subscribed, consumes } = app.bursar;
  app.get('/bare', async () => ({ ok: true }));
  app.get('/subscribed', { preHandler: subscribed('reports') }, async () => ({ ok: true }));
  app.get('/consumes', { preHandler: consumes('calls') }, async () => ({ ok: true }));
  const url = await app.listen({ port: 0 });
  return { url, close: () => app.close() };
}

async function onExpress(bursar: Kit): Promise<Server> {
  const app = express();
  const billing = bursarExpress({ bursar, customer: (request) => request.get('x-user') });
  const answer: express.RequestHandler = (_request, response) => void response.json({ ok: true });
  app.get('/bare', answer);
  app.get('/subscribed', billing.subscribed('reports'), answer);
  app.get('/consumes', billing.consumes('calls'), answer);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Prints both frameworks' tables; false when a request was refused that should have passed. */
export async function benchGuards(bursar: Kit, setting: Setting): Promise<boolean> {
  let isRight = true;
  for (const [name, open] of [
    ['Fastify', onFastify],
    ['Express', onExpress],
  ] as const) {
    const server = await open(bursar);
    const rounds: Figure[][] = [];
    for (let number = 0; number < setting.rounds; number += 1) {
      const figures = [];
      for (const path of paths) {
        const { figure, bad } = await load(`${server.url}${path}`, setting);
        isRight &&= bad === 0;
        figures.push({ ...figure, name: path });
      }
      rounds.push(figures);
    }
    print(`guards on ${name}, ${setting.concurrency} connections`, medianOf(rounds));
    await server.close();
  }
  return isRight;
}

async function load(
  url: string,
  { concurrency, seconds }: Setting,
): Promise<{ figure: Figure; bad: number }> {
  const script = new URL('./load.process.ts', import.meta.url);
  const parameters = [url, 'GET', String(concurrency), String(seconds)];
  const before = process.cpuUsage();
  const { output } = await startProcess(script, { parameters }).ended;
  const { user, system } = process.cpuUsage(before);
  const result = JSON.parse(output) as {
    perSecond: number;
    p50: number;
    p99: number;
    bad: number;
    sent: number;
  };
  const { perSecond, p50, p99, bad, sent } = result;
  return { figure: { name: url, perSecond, p50, p99, cpu: (user + system) / sent }, bad };
}
