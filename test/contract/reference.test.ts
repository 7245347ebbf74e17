/**
 * The reference server as a process, from outside: what `npm run demo` promises, on each framework and database.
 *
 * Fastify's tokens are read by the host's own @fastify/jwt, Express's by jose.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import postgres from 'postgres';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { postgresDatabase } from '#test/databases.ts';
import { eventually, pause } from '#test/kit.ts';
import { openSink } from '#test/sink.ts';

const folder = fileURLToPath(new URL('../../examples/reference', import.meta.url));
const secret = 'a-secret-of-these-tests-and-nobody-else';
const frameworks = ['fastify', 'express'];
let running: ChildProcess[] = [];

afterEach(async () => {
  for (const server of running) server.kill('SIGKILL');
  running = [];
});

describe.each(frameworks)('the reference server on %s', (framework) => {
  test('the tour is walked and right on the embedded database', async () => {
    const { lines, exit } = start({ FRAMEWORK: framework }, ['--check']);

    expect(await exit).toBe(0);
    expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(8);
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  });

  test('two processes share PostgreSQL; a bad token is 401; SIGTERM drains and exits 0', async () => {
    const database = await postgresDatabase();
    const env = { FRAMEWORK: framework, DATABASE_URL: database.url, JWT_SECRET: secret, PORT: '0' };
    const [one, two] = [start(env), start(env)];
    const urls = [await one.listening, await two.listening];
    const ann = await tokenOf({ sub: 'ann' }, secret);

    const renders = await Promise.all(
      Array.from({ length: 102 }, (_, index) => asked(`${urls[index % 2]}/demo/render`, ann, {})),
    );
    const forged = await tokenOf(
      { sub: 'ann', role: 'admin' },
      'another-secret-that-is-long-enough-too',
    );
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${ann.split('.')[1]}.`;
    const refusals = await Promise.all(
      [forged, none, 'nonsense', ''].map((token) =>
        asked(`${urls[0]}/billing/admin/customers`, token),
      ),
    );

    expect(renders.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(renders.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual(
      Array(4).fill([401, 'unauthenticated']),
    );
    expect((await asked(`${urls[0]}/billing/admin/customers`, ann)).status).toBe(403);
    for (const server of [one, two]) server.child.kill('SIGTERM');
    expect(await Promise.all([one.exit, two.exit])).toEqual([0, 0]);
    await database.drop();
  });

  test('a key makes a render happen once, a failure gives back, a chat is captured', async () => {
    const server = start({
      FRAMEWORK: framework,
      JWT_SECRET: secret,
      PORT: '0',
      TEST_CLOCK: '2026-01-31T00:00:00Z',
    });
    const url = await server.listening;
    const ann = await tokenOf({ sub: 'ann' }, secret);
    const admin = await tokenOf({ sub: 'root', role: 'admin' }, secret);
    const left = async (feature: string) =>
      (await asked(`${url}/billing/entitlements/${feature}`, ann)).body.available;

    await asked(`${url}/demo/render`, ann, {}, { 'idempotency-key': 'k' });
    await asked(`${url}/demo/render`, ann, {}, { 'idempotency-key': 'k' });
    expect(await left('api-calls')).toBe(99);
    expect((await asked(`${url}/demo/render`, ann, { fail: true })).status).toBe(500);
    expect(await left('api-calls')).toBe(99);

    await asked(`${url}/billing/admin/subscriptions`, admin, { customer: 'ann', plan: 'pro' });
    expect((await asked(`${url}/demo/chat`, ann, { tokens: 123 })).body).toEqual({
      captured: 123,
      shortfall: 0,
    });
    for (const tokens of [-1, 1.5, '7']) {
      const refused = await asked(`${url}/demo/chat`, ann, { tokens });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/tokens' }] } });
    }
    expect(await left('ai-tokens')).toBe(49_877);

    expect((await asked(`${url}/test/clock`, ann, { advance: 'P1M' })).status).toBe(403);
    // The trial is over, and what is left of the month is owed.
    await asked(`${url}/test/clock`, admin, { advance: 'P14D' });
    const orders = `${url}/billing/admin/orders`;
    const [owed] = (await asked(`${orders}?status=pending`, admin)).body.items;
    await asked(`${orders}/${owed.id}/confirm`, admin, { customer: 'ann', reason: 'in cash' });
    const later = { to: '2026-02-28T00:00:00Z' };
    expect((await asked(`${url}/test/clock`, admin, later)).body).toEqual({
      now: '2026-02-28T00:00:00.000Z',
    });
    expect(await left('ai-tokens')).toBe(50_000);
    for (const path of ['/livez', '/readyz', '/openapi.json'])
      expect((await asked(url + path)).status).toBe(200);
  });

  test('sends webhooks to a receiver on this machine where it is told that it may', async () => {
    const sink = await openSink();
    const env = { FRAMEWORK: framework, JWT_SECRET: secret, PORT: '0' };
    const server = start({ ...env, WEBHOOKS_PRIVATE: '1' });
    const url = await server.listening;
    const admin = await tokenOf({ sub: 'root', role: 'admin' }, secret);
    const asking = { url: `${sink.url}/in`, types: ['customer.created'], reason: 'to try' };

    const made = await asked(`${url}/billing/admin/webhooks`, admin, asking);
    await asked(`${url}/demo/render`, await tokenOf({ sub: 'ann' }, secret), {});
    await eventually(async () => sink.received.length === 1);

    const [{ body, headers } = { body: '', headers: {} }] = sink.received;
    const seen = headers as Record<string, string>;
    expect(new Webhook(made.body.secret).verify(body, seen)).toMatchObject({ customer: 'ann' });
    server.child.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    await sink.close();
  });

  test('two processes see one test clock, and what is due on it', async () => {
    const database = await postgresDatabase();
    const env = {
      ...{ FRAMEWORK: framework, DATABASE_URL: database.url, JWT_SECRET: secret, PORT: '0' },
      TEST_CLOCK: '2026-01-31T00:00:00Z',
    };
    const [one, two] = [start(env), start(env)];
    const [url, other] = [await one.listening, await two.listening];
    const [ann, admin] = await Promise.all([
      tokenOf({ sub: 'ann' }, secret),
      tokenOf({ sub: 'root', role: 'admin' }, secret),
    ]);
    const left = async () => (await asked(`${other}/billing/entitlements/api-calls`, ann)).body;
    await asked(`${url}/demo/render`, ann, {});
    expect(await left()).toMatchObject({ available: 99, resetsAt: '2026-02-28T00:00:00.000Z' });

    await asked(`${url}/test/clock`, admin, { to: '2026-02-27T23:59:59Z' });
    await eventually(async () => (await left()).available === 99);
    await asked(`${url}/test/clock`, admin, { advance: 'PT1S' });
    await eventually(async () => (await left()).available === 100);

    const back = await asked(`${other}/test/clock`, admin, { to: '2026-02-27T00:00:00Z' });
    expect(back.status).toBe(422);
    expect((await asked(`${other}/test/clock`, admin, { advance: 'PT1S' })).body).toEqual({
      now: '2026-02-28T00:00:01.000Z',
    });
    expect(await left()).toMatchObject({ resetsAt: '2026-03-31T00:00:00.000Z' });
    for (const server of [one, two]) server.child.kill('SIGTERM');
    expect(await Promise.all([one.exit, two.exit])).toEqual([0, 0]);
    await database.drop();
  });

  test('in production it refuses a test clock, a secret known or short, and the embedded database', async () => {
    const production = { FRAMEWORK: framework, NODE_ENV: 'production' };
    const refused = [
      start({ ...production, JWT_SECRET: secret, TEST_CLOCK: '2026-01-01' }),
      start(production),
      start({ ...production, JWT_SECRET: 'x'.repeat(31), DATABASE_URL: 'postgres://nowhere/x' }),
      start({ ...production, JWT_SECRET: secret }),
      start({ ...production, JWT_SECRET: secret, WEBHOOKS_PRIVATE: '1' }),
      start({ WEBHOOKS_PRIVATE: 'yes' }),
    ];

    const errors = await Promise.all(refused.map(({ exit, errors }) => exit.then(() => errors())));

    expect(await Promise.all(refused.map(({ exit }) => exit))).toEqual([1, 1, 1, 1, 1, 1]);
    const words = ['TEST_CLOCK', 'JWT_SECRET', '32', 'embedded', 'WEBHOOKS_PRIVATE', '0 or 1'];
    for (const [index, word] of words.entries()) expect(errors[index]).toContain(word);
  });

  test('a second process on the same folder is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bursar-reference-'));
    const env = {
      ...{ FRAMEWORK: framework, PORT: '0', JWT_SECRET: secret },
      DATABASE_URL: `file:${join(folder, 'data')}`,
    };
    const first = start(env);
    await first.listening;

    const second = start(env);

    expect(await second.exit).toBe(1);
    expect(second.errors()).toContain(`process ${first.child.pid}`);
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  test('SIGTERM while 50 requests run: each is answered, and it is gone within 8 seconds', async () => {
    const database = await postgresDatabase();
    const server = start({
      ...{ FRAMEWORK: framework, PORT: '0', JWT_SECRET: secret },
      DATABASE_URL: database.url,
    });
    const url = await server.listening;
    const token = await tokenOf({ sub: 'ann' }, secret);
    await asked(`${url}/demo/render`, token, {});
    const other = postgres(database.url, { max: 1 });
    const lock = await other.reserve();
    await lock`begin`;
    await lock`select id from bursar.balances for update`;
    const renders = Array.from({ length: 50 }, async () => {
      const { status } = await asked(`${url}/demo/render`, token, {});
      return status;
    });
    // None can end before the lock does; so long all have been read.
    await pause(1_000);
    const since = performance.now();

    server.child.kill('SIGTERM');
    await pause(300);
    await lock`commit`;
    lock.release();

    expect(await Promise.all(renders)).toEqual(Array(50).fill(200));
    expect(await server.exit).toBe(0);
    expect(performance.now() - since).toBeLessThan(8_000);
    await other.end();
    await database.drop();
  });
});

function start(env: Record<string, string>, args: readonly string[] = []) {
  const flags = ['--conditions=@bursar/source', '--import', 'tsx', 'src/main.ts', ...args];
  const { DATABASE_URL: _, NODE_ENV: __, ...inherited } = process.env;
  const child = spawn(process.execPath, flags, {
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const lines: string[] = [];
  let written = '';
  child.stderr.on('data', (data) => {
    written += data;
  });
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('{"listening"')) resolve(JSON.parse(line).listening);
    });
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines, listening, exit, errors: () => written };
}

async function asked(
  url: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: read as each test expects it.
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as any };
}

function tokenOf(claims: Record<string, string>, key: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(key));
}
