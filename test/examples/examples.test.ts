/** Every example does what its README says: each is started as a process of its own and asked what its README asks. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { type RunningProcess, startProcess } from '../support/processes.ts';

const at = (name: string) => new URL(`../../examples/${name}/src/main.ts`, import.meta.url);

/** Starts a server example on a free port, asks it, and stops it. */
async function withServer(
  name: string,
  ask: (url: string, running: RunningProcess) => Promise<void>,
): Promise<void> {
  const running = startProcess(at(name), { env: { PORT: '0', DATABASE_URL: '' } });
  try {
    let line = await running.line();
    while (!line.startsWith('{"listening"')) line = await running.line();
    await ask((JSON.parse(line) as { listening: string }).listening, running);
  } finally {
    running.kill('SIGKILL');
    await running.ended;
  }
}

async function call(
  url: string,
  method = 'GET',
  headers: Record<string, string> = {},
  body?: object,
) {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}

test.each(['fastify-quickstart', 'express-quickstart'])(
  '%s guards an app that was there before',
  { timeout: 60_000 },
  async (name) => {
    await withServer(name, async (url, running) => {
      const ann = { authorization: 'Bearer secret-of-ann' };
      const statuses = [];
      statuses.push(
        (await call(`${url}/reports`)).status,
        (await call(`${url}/reports`, 'GET', ann)).status,
      );
      for (let times = 0; times < 4; times += 1)
        statuses.push((await call(`${url}/render`, 'POST', ann)).status);
      statuses.push(
        (await call(`${url}/billing/subscriptions`, 'POST', ann, { plan: 'pro' })).status,
      );
      statuses.push(
        (await call(`${url}/reports`, 'GET', ann)).status,
        (await call(`${url}/lounge`, 'GET', ann)).status,
      );

      expect(statuses).toEqual([401, 403, 200, 200, 200, 429, 201, 200, 402]);
      expect((await call(`${url}/render`, 'POST', ann)).body).toEqual({ rendered: true, left: 99 });
      expect(await running.line()).toBe('ann has pro');
    });
    expect(readFileSync(at(name), 'utf8').split('\n').length).toBeLessThanOrEqual(81);
  },
);

test('transactions commits the row and the spend together, or neither', {
  timeout: 60_000,
}, async () => {
  const { status, output } = await startProcess(at('transactions')).ended;

  const outcomes = ['done', 'failed by itself', 'done', 'quota_exceeded'];
  expect([status, JSON.parse(output)]).toEqual([0, { outcomes, rows: 2, used: 2 }]);
});

test('ai-tokens charges what was made, also when the client leaves midway', {
  timeout: 60_000,
}, async () => {
  await withServer('ai-tokens', async (url) => {
    const used = async (user: string) =>
      (await call(`${url}/billing/entitlements/tokens`, 'GET', { 'x-user': user })).body;
    const whole = await call(`${url}/chat?tokens=100`, 'POST', { 'x-user': 'ann' });
    await leaveMidway(`${url}/chat?tokens=400`, { 'x-user': 'bob' });

    expect(whole.body).toBe('lorem '.repeat(10));
    expect(await used('ann')).toMatchObject({ used: 100, held: 0 });
    await expect.poll(async () => (await used('bob')).held, { timeout: 10_000 }).toBe(0);
    const { used: paid } = await used('bob');
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBeLessThan(400);
  });
});

test('team-seats sells seats to a team and knows which member used what', {
  timeout: 60_000,
}, async () => {
  await withServer('team-seats', async (url) => {
    const as = (user: string) => ({ 'x-team': 'acme', 'x-user': user });
    const seat = (user: string, method = 'PUT') =>
      call(`${url}/members/${user}`, method, as('boss'));

    const seats = [
      await seat('u1'),
      await seat('u1'),
      await seat('u2'),
      await seat('u3'),
      await seat('u2', 'DELETE'),
      await seat('u3'),
    ];
    for (const user of ['u1', 'u1', 'u3']) await call(`${url}/render`, 'POST', as(user));

    expect(seats.map(({ status }) => status)).toEqual([200, 200, 200, 429, 200, 200]);
    expect(seats[3]?.body).toEqual({ code: 'quota_exceeded' });
    expect((await call(`${url}/usage`, 'GET', as('boss'))).body).toEqual([
      { member: 'u1', used: 2 },
      { member: 'u3', used: 1 },
    ]);
  });
});

test.each(['fastify-quickstart', 'express-quickstart', 'transactions', 'ai-tokens', 'team-seats'])(
  '%s says in its README what it answers and how to start it',
  (name) => {
    const text = readFileSync(new URL(`../../examples/${name}/README.md`, import.meta.url), 'utf8');

    expect(text).toContain(`npx -y pnpm@12.21.0 --filter ${name} start`);
    expect(text).toMatch(/^# .+\?$/m);
  },
);

/** Sends a request and goes away after the first bytes of its answer. */
function leaveMidway(url: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.once('data', () => {
        response.destroy();
        resolve();
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
