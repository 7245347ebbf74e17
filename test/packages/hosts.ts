/**
 * One small host, written as an ES module and as a CommonJS module: it guards a route on each framework.
 *
 * The line with the wrong key must not compile: were it to, the compiler would say that nothing was to be expected.
 */
const body = `
const catalog = defineCatalog({
  units: { points: {} },
  features: { reports: { kind: 'boolean' }, calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
declare module '@bursar/core' { interface Register { catalog: typeof catalog } }
const bursar = createBursar({ catalog, database: process.env['DATABASE_URL'] ?? 'memory://' });
const billing = bursarExpress({ bursar, customer: () => 'ann' });
export function wrong(): void {
  // @ts-expect-error the catalogue has no such feature
  billing.subscribed('reprots');
}

// Fails before anything is sent: yen have no decimals. The error is of core's own class, or two copies were loaded.
async function askGateway() {
  const gateway = stripe({ secretKey: 'sk_test_host', webhookSecret: 'whsec_host' });
  const sum = { amount: 50, currency: 'JPY', scale: 2 };
  const metadata = { tenant: 'default', order: 'ord_1', customer: 'ann', payment: 'pay_1' };
  const error: unknown = await gateway
    .createPayment({ order: 'ord_1', sum, kind: 'intent', description: 'calls', metadata, idempotencyKey: 'pay-1' })
    .catch((reason: unknown) => reason);
  const isOurs = error instanceof GatewayValidationError;
  return { name: gateway.name, error: isOurs && error.code, isOurs };
}

async function main(): Promise<void> {
  await bursar.ready();
  const app = Fastify();
  await app.register(bursarFastify, { bursar, customer: () => 'ann' });
  app.get('/calls', { preHandler: app.bursar.consumes('calls') }, async (request) => request.bursar.decisions[0]?.available);
  const web = express();
  web.use('/billing', billing.router);
  web.get('/reports', billing.subscribed('reports'), (_request, response) => { response.json('never'); });
  const statuses: number[] = [];
  for (let times = 0; times < 3; times += 1) statuses.push((await app.inject('/calls')).statusCode);
  const server = web.listen(0);
  statuses.push((await fetch(\`http://127.0.0.1:\${(server.address() as AddressInfo).port}/reports\`)).status);
  server.close();
  await app.close();
  await bursar.close();
  const gateway = await askGateway();
  console.log(JSON.stringify({ statuses, gateway, tables: getTableName(balances), test: typeof createTestBursar, node: process.version }));
}
main().catch((error) => { console.log(JSON.stringify({ code: error.code, message: error.message })); process.exitCode = 1; });
`;

const both = `import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog, GatewayValidationError } from '@bursar/core';
import { balances } from '@bursar/core/schema';
import { createTestBursar } from '@bursar/core/testing';
import { bursarExpress } from '@bursar/express';
import { stripe } from '@bursar/stripe';
import { getTableName } from 'drizzle-orm';
`;

/** As an ES module. */
export const esm = `${both}import bursarFastify from '@bursar/fastify';
import express from 'express';
import Fastify from 'fastify';
${body}`;

/** As a CommonJS module, which has neither default imports nor `await` at its top. */
export const commonJs = `${both}import { bursarFastify } from '@bursar/fastify';
import express = require('express');
import Fastify = require('fastify');
${body.replaceAll('Fastify()', 'Fastify.fastify()')}`;

/** As strict as a host may be; each host is a project, or the two augmentations would meet. */
export const settings: string = JSON.stringify({
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'out',
  },
});
