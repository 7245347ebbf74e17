/** A give-back that must wait does not hold the response up for longer than a second, and still comes through. */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { afterAll, expect, test, vi } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { catalog } from './catalog.ts';
import { onExpress } from './on-express.ts';
import { onFastify } from './on-fastify.ts';

describePostgres('a give-back that waits for a lock', (makeUrl) => {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends) await end();
  });

  test.each([onFastify, onExpress])('$name answers after a second', async (framework) => {
    const database = await makeUrl();
    const bursar = createBursar({ catalog, database, logger: silentLogger });
    const sql = postgres(database, { max: 1, onnotice: () => undefined });
    ends.push(
      () => bursar.close(),
      () => sql.end(),
    );
    let unlock = (): void => undefined;
    let ended = 0;
    const handle = async () => {
      let isLocked = (): void => undefined;
      const locked = new Promise<void>((resolve) => {
        isLocked = resolve;
      });
      void sql.begin(async (transaction) => {
        await transaction`select id from bursar.balances for update`;
        isLocked();
        await new Promise<void>((resolve) => {
          unlock = resolve;
        });
      });
      await locked;
      ended = performance.now();
      return { status: 500 };
    };
    const route = {
      method: 'POST',
      path: '/render',
      guards: [['consumes', 'api-calls']],
      handle,
    } as const;
    const registration = { tenant: () => 'default' };
    const host = await framework.start({
      bursar,
      prefix: '/billing',
      registration,
      routes: [route],
    });

    const answer = await host.call({ method: 'POST', path: '/render', user: 'ann' });
    const took = performance.now() - ended;
    unlock();

    expect(answer.status).toBe(500);
    expect(took).toBeGreaterThanOrEqual(950);
    expect(took).toBeLessThan(2500);
    await vi.waitFor(async () => {
      expect(
        await bursar.check({ customer: 'ann', feature: 'api-calls', amount: 0 }),
      ).toMatchObject({ used: 0 });
    }, 5000);
    await host.close();
  });
});
