/** The README's walk past the demo's till, and the lines that the demo prints, are run by a shell as they stand. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningProcess, startProcess } from '../support/processes.ts';
import { root } from './snippets.ts';

const main = new URL('../../examples/reference/src/main.ts', import.meta.url);
const [, walk = ''] =
  /### Selling, on the demo[\s\S]*?```sh\n([\s\S]*?)```/.exec(
    readFileSync(`${root}README.md`, 'utf8'),
  ) ?? [];

/** What the demo prints until it has said all. */
async function readLines(running: RunningProcess): Promise<string[]> {
  const lines: string[] = [];
  while (!lines.at(-1)?.endsWith('/billing/me; echo')) lines.push(await running.line());
  return lines;
}

/** What a shell prints of these lines, one answer per line. */
async function shell(lines: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('bash', ['-euc', lines.join('\n')]);
  return stdout.trim().split('\n');
}

describe.each(['fastify', 'express'])('the demo on %s', (framework) => {
  let running: RunningProcess;
  let lines: string[];
  beforeAll(async () => {
    const env = { FRAMEWORK: framework, PORT: '0', DATABASE_URL: '', JWT_SECRET: '' };
    running = startProcess(main, { env });
    lines = await readLines(running);
  }, 240_000);
  afterAll(async () => {
    running.kill('SIGKILL');
    await running.ended;
  });

  test('sells 1,000 calls to who follows the README', { timeout: 240_000 }, async () => {
    const settings = lines.filter((line) => line.startsWith('export DEMO='));
    expect(settings).toHaveLength(1);

    const answers = await shell([...settings, walk]);

    const [offers, paid, calls, spent, receipt] = answers.map((answer) => JSON.parse(answer));
    expect(answers).toHaveLength(5);
    expect(offers.items).toMatchObject([
      { key: 'calls-1000', price: [{ amount: 500, unit: 'EUR', formatted: '5.00' }] },
    ]);
    expect(paid).toMatchObject({ state: 'succeeded', webhook: { outcome: 'applied' } });
    expect(calls).toMatchObject({ feature: 'api-calls', available: 1_100 });
    expect(spent).toMatchObject({ rendered: true, decision: { available: 1_099 } });
    expect(receipt).toMatchObject({
      ...{ number: expect.any(Number), total: { formatted: '5.00' }, paid: [{ method: 'test' }] },
      credited: [{ unit: 'api-calls', amount: 1_000 }],
    });
  });

  test('prints lines that a shell can run from the top', { timeout: 240_000 }, async () => {
    const from = lines.findIndex((line) => line.startsWith('# Try these'));

    const answers = await shell(lines.slice(from));

    expect(answers.join('\n')).toContain('"outcome":"applied"');
    expect(JSON.parse(answers.at(-2) ?? '')).toMatchObject({
      ...{ number: expect.any(Number), currency: 'EUR', lines: [{ offer: 'calls-1000' }] },
    });
    expect(answers.filter((answer) => answer.includes('"code":"internal"'))).toEqual([]);
  });

  test('keeps its till for who pays there: refused is not paid, and nobody pays twice', {
    timeout: 240_000,
  }, async () => {
    const [, demo = '', ann = ''] = /^export DEMO=(\S+) ANN=(\S+)$/m.exec(lines.join('\n')) ?? [];
    const headers = { authorization: `Bearer ${ann}`, 'content-type': 'application/json' };
    const call = async (path: string, method = 'GET', body?: object) => {
      const init = { method, headers, redirect: 'manual' as const };
      const url = path.startsWith('/') ? `${demo}${path}` : path;
      const answer = await fetch(url, body ? { ...init, body: JSON.stringify(body) } : init);
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    };
    const pay = async (url: string) => {
      const form = { 'content-type': 'text/plain' };
      const answer = await fetch(url, {
        ...{ method: 'POST', body: '', headers: form, redirect: 'manual' },
      });
      const location = answer.headers.get('location');
      return { status: answer.status, location, ...((await answer.json()) as object) };
    };
    const available = async () =>
      JSON.parse((await call('/billing/entitlements/api-calls')).text).available as number;
    const least = await available();
    const returnUrl = 'https://app.example/bought';
    const placed = await call('/billing/orders', 'POST', { offer: 'calls-1000', returnUrl });
    const { order, checkout } = JSON.parse(placed.text);

    const before = await call(`/billing/orders/${order.id}/confirm`, 'POST');
    const page = await call(checkout.url);
    const refused = await pay(`${checkout.url}?outcome=refuse`);
    const waits = await call(`/billing/orders/${order.id}`);
    const again = await call(`/billing/orders/${order.id}/pay`, 'POST', { returnUrl });
    const next = JSON.parse(again.text).checkout;
    const [paid, twice] = [await pay(next.url), await pay(next.url)];
    const nowhere = await call('/test-gateway/tpy_none');
    const wrong = await pay(`${next.url}?outcome=steal`);

    expect(JSON.parse(before.text)).toMatchObject({ status: 'pending' });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain(order.id);
    expect(refused).toMatchObject({ status: 303, location: returnUrl });
    expect(JSON.parse(waits.text)).toMatchObject({ status: 'refused' });
    expect(paid).toMatchObject({ status: 303, webhook: { outcome: 'applied' } });
    expect(twice.status).toBe(303);
    expect(wrong.status).toBe(422);
    expect(nowhere.status).toBe(404);
    expect(await available()).toBe(least + 1_000);
  });
});
