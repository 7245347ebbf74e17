/** The kit lives with the app: a slow migration does not break its boot, and closing it closes the kit if it was told so. */
import { createBursar, defineCatalog } from '@bursar/core';
import bursarFastify, { type BursarFastifyOptions } from '@bursar/fastify';
import Fastify from 'fastify';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';

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

describePostgres('an app', (makeUrl) => {
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

test.each([{ close: 'yes' }, { drainMilliseconds: -1 }, { drainMilliseconds: 0.5 }])(
  'an option that cannot be is refused: %s',
  async (options) => {
    const bursar = createBursar({ catalog, database: 'memory://' });

    await expect(appOn(bursar, options as never)).rejects.toMatchObject({ code: 'configuration' });
  },
);
