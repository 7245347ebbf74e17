/** A host that closes under load, on both frameworks: what it took is answered, nothing holds it, and it ends in time. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { createBursar } from '@bursar/core';
import { expect, test } from 'vitest';
import { postgresDatabase } from '../support/databases.ts';
import { catalog, pause } from '../support/kit.ts';
import { startProcess } from '../support/processes.ts';

const script = new URL('./closing.process.ts', import.meta.url);
const clients = 30;

type Answer = { readonly askedAt: number; readonly status: number | null };

/** Clients that ask one thing after the other, each on its connection kept alive, until there is nobody to ask. */
async function ask(port: number): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true });
  const answers: Answer[] = [];
  async function client(): Promise<void> {
    for (let last = true; last; ) {
      const askedAt = performance.now();
      const status = await post(port, agent);
      answers.push({ askedAt, status });
      last = status === 200;
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return answers;
}

/** @returns Null when the connection was refused, or closed without an answer. */
async function post(port: number, agent: Agent): Promise<number | null> {
  const asking = request({ port, agent, host: '127.0.0.1', path: '/work', method: 'POST' });
  asking.end();
  try {
    const [response] = await once(asking, 'response');
    response.resume();
    await once(response, 'end');
    return response.statusCode;
  } catch {
    return null;
  }
}

// Silent ones are cut off at the end of four seconds; without them only what is kept alive would hold it up.
test.each([
  ['fastify', 0, 3_500],
  ['express', 0, 3_500],
  ['fastify', 3, 8_000],
  ['express', 3, 8_000],
] as const)(
  'on %s, with %i silent connections, what was taken is answered and it ends within %i ms',
  { timeout: 60_000 },
  async (framework, silentOnes, milliseconds) => {
    const { url, drop } = await postgresDatabase();
    const host = startProcess(script, { parameters: [framework, url] });
    const port = Number(await host.line());
    const silent = Array.from({ length: silentOnes }, () => connect(port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => {});
    const asked = ask(port);
    await pause(1_500);
    const at = performance.now();

    host.kill('SIGTERM');
    await pause(50);
    host.kill('SIGTERM');
    const { status, errors } = await host.ended;
    const took = performance.now() - at;
    const answers = await asked;
    const kit = createBursar({ catalog, database: url });
    const { used } = await kit.check({ customer: 'ann', feature: 'api-calls', amount: 0 });
    const { ok } = await kit.ledger.verify();
    await kit.close();
    await drop();

    const answered = answers.filter((one) => one.status === 200);
    const before = answers.filter((one) => one.askedAt < at - 100);
    expect([status, errors, ok]).toEqual([0, '', true]);
    expect(took).toBeLessThan(milliseconds);
    expect(before.length).toBeGreaterThanOrEqual(clients);
    expect(before.filter((one) => one.status !== 200)).toEqual([]);
    expect(used).toBe(answered.length);
    for (const socket of silent) socket.destroy();
  },
);
