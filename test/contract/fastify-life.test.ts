/** The kit lives with the app: a slow migration does not break its boot, and closing it closes the kit if it was told so. */
import dns from 'node:dns';
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog } from '@bursar/core';
import bursarFastify, { type BursarFastifyOptions } from '@bursar/fastify';
import Fastify from 'fastify';
import postgres from 'postgres';
import { expect, test, vi } from 'vitest';
import { describeEmptyPostgres } from '../support/databases.ts';
import { pause } from '../support/kit.ts';

const catalog = defineCatalog({
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
const ask = { customer: 'ann', feature: 'calls' } as const;

async function appOn(
  bursar: object,
  options: Partial<BursarFastifyOptions>,
  pluginTimeout?: number,
) {
  const app = Fastify(pluginTimeout === undefined ? {} : { pluginTimeout });
  await app.register(bursarFastify, {
    ...options,
    bursar: bursar as never,
    customer: (request) => request.headers['x-user'] as string,
  });
  app.get('/call', { preHandler: app.bursar.consumes('calls' as never) }, async () => 'done');
  return app;
}

/** What a migration of another process does: no other can begin until it has ended. */
async function migrating(url: string) {
  const client = postgres(url, { max: 1 });
  await client`select pg_advisory_lock(hashtextextended('bursar migrate bursar', 0))`;
  return () => client.end();
}

describeEmptyPostgres('an app', (makeUrl) => {
  test('boots after a migration that takes five times as long as Fastify lets a plugin take', async () => {
    const url = await makeUrl();
    const migrated = await migrating(url);
    const app = await appOn(createBursar({ catalog, database: url }), { close: true }, 300);
    const since = performance.now();

    setTimeout(() => void migrated(), 1_500);
    await app.ready();

    expect(performance.now() - since).toBeGreaterThan(1_400);
    expect((await app.inject({ url: '/call', headers: { 'x-user': 'ann' } })).statusCode).toBe(200);
    await app.close();
  });

  test('whose migration never ends is told what to do, after sixty times that', async () => {
    const url = await makeUrl();
    const migrated = await migrating(url);
    const bursar = createBursar({ catalog, database: url });
    const app = await appOn(bursar, {}, 20);

    await expect(app.ready()).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('await bursar.ready()'),
    });

    await migrated();
    await bursar.ready();
    await bursar.close();
  });

  test.each([0, 10_000])(
    'that cannot connect does not boot, with pluginTimeout %s',
    async (timeout) => {
      const bursar = createBursar({ catalog, database: 'postgres://127.0.0.1:1/nowhere' });
      const app = await appOn(bursar, {}, timeout);

      await expect(app.ready()).rejects.toMatchObject({ code: 'database' });
      await bursar.close();
    },
  );

  test('leaves its kit open for others, unless it is told that there are none', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl() });
    const [one, other] = [await appOn(bursar, {}), await appOn(bursar, { close: true })];
    await Promise.all([one.ready(), other.ready()]);

    await one.close();
    expect((await bursar.check(ask)).allowed).toBe(true);
    await other.close();

    await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'database' });
  });
});

test('an answer under way on the second address that is localhost is waited for', async () => {
  const bursar = createBursar({ catalog, database: 'memory://' });
  const app = await appOn(bursar, { close: true });
  app.get('/slow', async () => {
    await pause(500);
    return (await bursar.consume(ask)).used;
  });
  const both = [1, 2].map((last) => ({ address: `127.0.0.${last}`, family: 4 }));
  // Node asks for one address to listen on, Fastify then for all.
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((...asking: unknown[]) => {
    const [host, how] = asking as [string, { all?: boolean }];
    const found = asking.at(-1) as (error: null, addresses: unknown, family?: number) => void;
    if (how.all) found(null, both);
    else found(null, host === 'localhost' ? '127.0.0.1' : host, 4);
  }) as never);
  await app.listen({ port: 0 });
  lookup.mockRestore();
  const { port } = app.server.address() as AddressInfo;

  const asked = fetch(`http://127.0.0.2:${port}/slow`);
  await pause(100);
  await app.close();

  expect(await (await asked).text()).toBe('1');
  await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'database' });
});

test.each([{ close: 'yes' }, { drainMilliseconds: -1 }, { drainMilliseconds: 0.5 }])(
  'an option that cannot be is refused: %s',
  async (options) => {
    const bursar = createBursar({ catalog, database: 'memory://' });

    await expect(appOn(bursar, options as never)).rejects.toMatchObject({ code: 'configuration' });
  },
);
