/** `config: { bursar }` is enforced wherever the route stands, or the server does not start. */
import { createBursar, defineCatalog } from '@bursar/core';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import bursarFastify, { type BursarFastifyOptions } from './index.ts';

const catalog = defineCatalog({
  units: { points: {} },
  features: { reports: { kind: 'boolean' }, calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
const bursar = createBursar({ catalog, database: 'memory://' });
const options: BursarFastifyOptions = {
  bursar: bursar as never,
  customer: (request) => request.headers['x-user'] as string,
};
const guarded = { config: { bursar: { subscribed: 'reports' } } };

describe('config: { bursar }', () => {
  beforeAll(() => bursar.ready());
  afterAll(() => bursar.close());

  const statusesOf = async (app: FastifyInstance, urls: readonly string[]) => {
    const answers = await Promise.all(
      urls.map((url) => app.inject({ url, headers: { 'x-user': 'ann' } })),
    );
    await app.close();
    return answers.map(({ statusCode }) => statusCode);
  };

  test('guards routes declared before, after and around a registration nobody awaits', async () => {
    const app = Fastify();
    const handler = vi.fn(async () => 'open');
    app.get('/before', guarded, handler);
    app.register(async (child) => void child.get('/child-before', guarded, handler));
    app.register(bursarFastify, options);
    app.get('/after', guarded, handler);
    app.register(async (child) => {
      child.register(async (grandchild) => void grandchild.get('/child-after', guarded, handler));
    });

    const statuses = await statusesOf(app, ['/before', '/child-before', '/after', '/child-after']);

    expect(statuses).toEqual([403, 403, 403, 403]);
    expect(handler).not.toHaveBeenCalled();
  });

  test('runs its guards in the order subscribed, minBalance, consumes, and stops at the first refusal', async () => {
    const app = Fastify();
    await app.register(bursarFastify, options);
    const both = { consumes: 'calls', minBalance: ['points', 5] } as never;
    const calls = { consumes: ['calls', () => 2] } as never;
    app.get('/both', { config: { bursar: both } }, async () => 'open');
    app.get('/calls', { config: { bursar: calls } }, async () => 'open');

    const refused = await app.inject({ url: '/both', headers: { 'x-user': 'bob' } });
    const before = await bursar.check({ customer: 'bob', feature: 'calls', amount: 0 });
    const passed = await app.inject({ url: '/calls', headers: { 'x-user': 'bob' } });
    await app.close();

    expect([refused.statusCode, passed.statusCode]).toEqual([402, 200]);
    expect(before).toMatchObject({ used: 0 });
    expect(await bursar.check({ customer: 'bob', feature: 'calls', amount: 0 })).toMatchObject({
      used: 2,
    });
  });

  test.each([
    ['an unknown key', { subscribd: 'reports' }],
    ['an unknown key beside a known one', { subscribed: 'reports', consume: 'calls' }],
    ['an unknown feature', { subscribed: 'report' }],
    ['a wrong kind', { consumes: 'reports' }],
    ['an unknown unit', { minBalance: ['point', 1] }],
    ['an amount below one', { minBalance: ['points', 0] }],
    ['no guard at all', {}],
    ['true', true],
    ['nothing', undefined],
  ])(
    '%s keeps the server from starting, before and after the registration',
    async (_what, wanted) => {
      const before = Fastify();
      before.get('/x', { config: { bursar: wanted as never } }, async () => 'open');
      before.register(bursarFastify, options);
      await expect(before.ready()).rejects.toMatchObject({ code: 'configuration' });

      const after = Fastify();
      await after.register(bursarFastify, options);
      expect(() =>
        after.get('/x', { config: { bursar: wanted as never } }, async () => 'open'),
      ).toThrow();
    },
  );

  test('a route out of reach of the registration keeps the server from starting', async () => {
    const app = Fastify();
    app.get('/outside', guarded, async () => 'open');
    app.register(async (child) => {
      await child.register(bursarFastify, options);
    });

    await expect(app.ready()).rejects.toMatchObject({ code: 'configuration' });
  });

  test('without any registration the server does not start either', async () => {
    const app = Fastify();
    app.get('/alone', guarded, async () => 'open');

    await expect(app.ready()).rejects.toMatchObject({ code: 'configuration' });
  });
});
