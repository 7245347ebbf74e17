/**
 * Recognisable secrets, put into everything a request, a profile, a database or a host's own failing code can hold, on both
 * frameworks: none may come out in a line of the log, a span, a metric or a problem.
 */
import { inspect } from 'node:util';
import { createBursar, type QueryClient } from '@bursar/core';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { registerSdk } from '#test/telemetry.ts';
import type { Answer, Call, HostPlan } from '../contract/host.ts';
import { onExpress } from '../contract/on-express.ts';
import { onFastify } from '../contract/on-fastify.ts';

const canaries = {
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ',
  basic: 'Y2FuYXJ5OmNhbmFyeS1wYXNzd29yZA',
  gateway: 'sk_live_canary4711',
  webhook: 'whsec_Y2FuYXJ5NDcxMQ==',
  email: 'canary.person@example.com',
  password: 'canary-of-the-database',
  key: 'canary-key-4711',
};
const { jwt, basic, gateway, webhook, email, password, key } = canaries;
const url = `postgres://canary:${password}@db.example.com:5432/app`;

/** As an SDK fails: the secrets in its words, and the whole request hung on it. */
function failure(): Error {
  const told = `Bearer ${jwt}, Basic ${basic}: ${gateway} and ${webhook} of ${email} at ${url}`;
  const config = {
    headers: { authorization: `Bearer ${jwt}`, 'idempotency-key': key },
    secret: gateway,
  };
  const cause = Object.assign(new Error(told), {
    detail: `Key (email)=(${email}) exists.`,
    config,
  });
  return Object.assign(new Error(`It failed with ${told}`, { cause }), {
    ...{ config, parameters: [email, key], request: { headers: config.headers }, input: url },
  });
}

/** Every line, as pino writes it and as a console shows it, with what an object hides. */
function capturing() {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const pino = Fastify({ logger: { level: 'trace', stream } }).log;
  const level = (name: 'debug' | 'info' | 'warn' | 'error') => (facts: object, message: string) => {
    pino[name](facts, message);
    lines.push(inspect(facts, { depth: 12, showHidden: true }));
  };
  const [debug, info, warn, error] = (['debug', 'info', 'warn', 'error'] as const).map(level);
  return { lines, logger: { debug, info, warn, error } as never };
}

function expectNone(texts: readonly string[]): void {
  for (const text of texts)
    for (const [name, secret] of Object.entries(canaries))
      if (text.includes(secret)) expect.fail(`The ${name} came out: ${text}`);
}

const plan: Pick<HostPlan, 'prefix' | 'routes'> = {
  prefix: '/billing',
  routes: [
    { method: 'GET', path: '/reports', guards: [['subscribed', 'track-time']] },
    { method: 'GET', path: '/lounge', guards: [['minBalance', 'points', 5]] },
    {
      ...{ method: 'POST', path: '/spend' },
      guards: [
        [
          'consumes',
          'api-calls',
          60,
          { idempotencyKey: ({ headers }) => headers['idempotency-key'] },
        ],
      ],
    },
    {
      ...{ method: 'POST', path: '/crash', guards: [['consumes', 'api-calls', 1]] },
      handle: () => Promise.reject(failure()),
    },
  ],
};

const secretHeaders = {
  authorization: `Bearer ${jwt}`,
  'idempotency-key': key,
  cookie: `session=${jwt}`,
  'x-tenant': 'default',
};
const sent = JSON.stringify({
  email,
  note: gateway,
  authorization: `Basic ${basic}`,
  webhook,
  url,
});
const asks: readonly Call[] = [
  { path: '/billing/me' },
  { path: '/billing/me', user: 'ann', headers: { 'x-broken': 'customer' } },
  { path: '/billing/admin/customers', headers: { 'x-admin': 'broken' } },
  { path: '/billing/nowhere' },
  {
    method: 'POST',
    path: '/billing/subscriptions',
    raw: { type: 'application/json', text: `${gateway} ${sent}` },
  },
  {
    method: 'POST',
    path: '/billing/subscriptions',
    raw: { type: 'application/json', text: key },
  },
  { method: 'POST', path: '/billing/subscriptions', raw: { type: 'text/plain', text: sent } },
  { method: 'POST', path: '/billing/subscriptions', raw: { type: 'application/json', text: sent } },
  { method: 'POST', path: '/billing/subscriptions', body: { plan: gateway } },
  { method: 'POST', path: '/billing/subscriptions', body: { plan: 'pro', note: sent.repeat(500) } },
  {
    method: 'POST',
    path: '/billing/admin/wallet/credit',
    headers: { 'x-admin': 'yes' },
    body: { unit: 'points', email },
  },
  { path: `/billing/balances/points/statement?cursor=${jwt}` },
  { path: `/reports?token=${jwt}` },
  { path: '/lounge' },
  { method: 'POST', path: '/spend', body: { pages: 1 } },
  { method: 'POST', path: '/spend', body: { pages: 1 } },
  { method: 'POST', path: '/spend', body: { pages: 2 } },
  { method: 'POST', path: '/spend', headers: { 'idempotency-key': `${key}-2` } },
  { method: 'POST', path: '/crash' },
].map((one) => ({ user: 'bob', ...one, headers: { ...secretHeaders, ...one.headers } }) as Call);

let sdk: ReturnType<typeof registerSdk>;
beforeAll(() => {
  sdk = registerSdk();
});
afterAll(() => sdk.remove());

async function expectNoneTold(lines: readonly string[]): Promise<void> {
  const spans = sdk
    .spans()
    .map(({ name, attributes, events, status, links }) => [
      ...[name, attributes, events, status, links],
    ]);
  const metrics = await sdk.collect();
  expect(spans.length).toBeGreaterThan(5);
  expect(Object.keys(metrics).length).toBeGreaterThan(4);
  expectNone([...lines, JSON.stringify(spans), inspect(metrics, { depth: 12 })]);
}

describeDatabases('no secret comes out', (makeUrl) => {
  test.each([onFastify, onExpress])(
    'of requests that fail in every way on $name',
    async (framework) => {
      const { lines, logger } = capturing();
      const kit = createBursar({ catalog, database: await makeUrl(), logger });
      await kit.start();
      await kit.customers.upsert({ customer: 'bob', email, name: email });
      const registration = {
        customer: ({ headers }: { headers: Record<string, string> }) => {
          if (headers['x-broken']) throw failure();
          return headers['x-user'];
        },
        admin: ({ headers }: { headers: Record<string, string> }) => {
          if (headers['x-admin'] === 'broken') throw failure();
          return headers['x-admin'] === 'yes';
        },
      };
      const bodies: string[] = [];
      const statuses = new Set<number>();
      for (const enforce of [true, false]) {
        const host = await framework.start({
          ...plan,
          bursar: kit,
          registration: { ...registration, enforce },
        });
        for (const ask of asks) {
          const answer: Answer = await host.call(ask);
          statuses.add(answer.status);
          if (answer.headers['content-type']?.startsWith('application/problem+json'))
            bodies.push(JSON.stringify(answer.body));
        }
        await host.close();
      }
      await kit.close();

      expect([...statuses]).toEqual(
        expect.arrayContaining(
          [200, 400, 401, 402, 403, 404, 409, 413, 415, 422, 429, 500].filter((one) => one !== 401),
        ),
      );
      expectNone(bodies);
      const all = lines.join('\n');
      for (const said of ['a route failed', 'a guard would have refused', 'balance updated'])
        expect(all).toContain(said);
      await expectNoneTold(lines);
    },
  );

  test('of listeners, consumers and rates that fail, nor of a database that says which row it was', async () => {
    const { lines, logger } = capturing();
    const rates = { find: () => Promise.reject(failure()) };
    const kit = createBursar({ catalog, database: await makeUrl(), logger, rates: rates as never });
    await kit.start();
    kit.events.on('subscription.created', () => Promise.reject(failure()));
    const common = { types: ['subscription.created'], from: 'beginning', attempts: 1 } as const;
    kit.events.consumer('broken', { ...common, handle: () => Promise.reject(failure()) });
    kit.events.consumer('twice', {
      ...{ ...common, transaction: true },
      async handle(_event: unknown, given: unknown) {
        const { tx } = given as { tx: QueryClient };
        await tx.query('create temporary table canary (email text unique) on commit drop', []);
        await tx.query(`insert into canary values ('${email}'), ('${email}')`, []);
      },
    });

    await kit.subscribe({ customer: 'ann', plan: 'pro', idempotencyKey: key });
    await eventually(async () => (await kit.events.deadLetters()).items.length === 2);
    const exchange = { customer: 'ann', from: 'points', to: 'EUR', amount: 1 } as const;
    await expect(kit.wallet.exchange(exchange)).rejects.toThrow();
    const other = kit.subscribe({ customer: 'ann', plan: 'free', idempotencyKey: key });
    const conflict = await other.catch((error: unknown) => error);
    await kit.close();

    expect(conflict).toMatchObject({ code: 'idempotency_conflict' });
    expectNone([(conflict as Error).message]);
    const all = lines.join('\n');
    for (const said of ['a listener failed', 'an event was given up on'])
      expect(all).toContain(said);
    await expectNoneTold(lines);
  });
});

describe('no password of a database comes out', () => {
  test.each([
    ['cannot be read', `postgres://canary:${password}@127.0.0.1:port/app`],
    ['cannot be reached', `postgres://canary:${password}@127.0.0.1:1/app`],
    ['has no host', `postgres://canary:${password}@nowhere.invalid/app`],
  ])('of one whose URL %s', async (_, database) => {
    const { lines, logger } = capturing();
    const kit = createBursar({ catalog, database, logger });

    const errors = await Promise.all([
      kit.ready().catch((error: unknown) => error),
      kit.check({ customer: 'ann', feature: 'seats' }).catch((error: unknown) => error),
    ]);
    const { ready } = await kit.health.ready();
    await kit.close();

    expect(ready).toBe(false);
    for (const error of errors) expect(error).toBeInstanceOf(Error);
    expectNone([
      ...lines,
      ...errors.map((error) => inspect(error, { depth: 12, showHidden: true })),
    ]);
  });

  test('by the warnings of a kit that was given no logger', async () => {
    const warned: string[] = [];
    const hear = (warning: Error) => void warned.push(inspect(warning, { showHidden: true }));
    process.on('warning', hear);
    const kit = createBursar({ catalog, database: 'memory://' });
    kit.events.on('*', () => Promise.reject(failure()));
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1 });
    await eventually(() => warned.length > 0);
    await kit.close();
    process.off('warning', hear);

    expect(warned.join()).toContain('a listener failed');
    expectNone(warned);
  });
});
