/** Subscriptions over HTTP, without a framework: what a route lets through to the verbs, and what it answers. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess } from '#test/subscriptions.ts';
import { ensureCustomer, getCustomer } from '../customers/index.ts';
import { Answer, type RouteContext } from '../http/index.ts';
import type { Scope } from '../kernel/index.ts';
import {
  cancelSubscription,
  createSubscription,
  listPlans,
  listSubscriptions,
  resumeSubscription,
  subscriptionAdminRoutes,
  subscriptionPeriods,
  subscriptionRoutes,
} from './index.ts';

const start = '2026-01-31T10:00:00.000Z';

type Verb<T> = T extends (scope: Scope, input: infer I) => unknown ? I : never;

/** The verbs as the kit binds them, over one scope. */
function verbs(scope: Scope, customer: string | null) {
  const fill = <T extends object>(input: T) => (customer === null ? input : { ...input, customer });
  return {
    create: (input: object) =>
      createSubscription(scope, fill(input) as Verb<typeof createSubscription>),
    cancel: (input: object) =>
      cancelSubscription(scope, fill(input) as Verb<typeof cancelSubscription>),
    resume: (input: object) =>
      resumeSubscription(scope, fill(input) as Verb<typeof resumeSubscription>),
    list: (input: object) =>
      listSubscriptions(scope, fill(input) as Verb<typeof listSubscriptions>),
    periods: (input: object) =>
      subscriptionPeriods(scope, fill(input) as Verb<typeof subscriptionPeriods>),
  };
}

type Request = {
  params?: object;
  query?: object;
  body?: object;
  key?: string | undefined;
  customer?: string;
};

describeMigrated('subscriptions over HTTP', (make) => {
  let scope: Scope;

  beforeAll(async () => {
    const { database } = await make();
    scope = await openProcess(database, 'routes').at(start);
  });

  async function call(
    operation: string,
    { params = {}, query = {}, body = {}, key, customer = 'ann' }: Request = {},
  ) {
    const route = [...subscriptionRoutes, ...subscriptionAdminRoutes].find(
      (one) => one.operation === operation,
    );
    if (!route) throw new Error(`There is no ${operation}.`);
    const context = {
      me: { subscriptions: verbs(scope, customer) },
      kit: {
        subscriptions: verbs(scope, null),
        customers: { get: (input: { customer: string }) => getCustomer(scope, input.customer) },
        catalog: { plans: (input?: object) => listPlans(scope, input) },
      },
      customer,
      idempotencyKey: key,
    } as unknown as RouteContext;
    const input = {
      params: route.params.parse(params),
      query: route.query.parse(query),
      body: route.body?.parse(body) ?? {},
    } as Parameters<typeof route.handle>[1];
    const given = await route.handle(context, input);
    const { status, body: answered } =
      given instanceof Answer ? given : { status: route.status ?? 200, body: given };
    const json: unknown = JSON.parse(JSON.stringify(answered));
    expect(route.answers.parse(json)).toEqual(json);
    return { status, json: json as Record<string, never> };
  }

  test('a customer starts a plan that is marked so, once per key', async () => {
    const request = { body: { plan: 'free' }, key: 'k', customer: 'starter' };

    const made = await call('createSubscription', request);
    const again = await call('createSubscription', request);

    expect(made).toMatchObject({
      status: 201,
      json: { plan: 'free', customer: 'starter', replayed: false },
    });
    expect(again).toMatchObject({ status: 200, json: { id: made.json.id, replayed: true } });
  });

  test('a customer starts no other plan, and says nothing but the plan and that the trial is skipped', async () => {
    await expect(call('createSubscription', { body: { plan: 'pro' } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(call('createSubscription', { body: { plan: 'gold' } })).rejects.toMatchObject({
      code: 'plan_unknown',
    });
    await expect(
      call('createSubscription', { body: { plan: 'free', quota: { seats: 9 } } }),
    ).rejects.toThrow();
    await expect(
      call('createSubscription', { body: { plan: 'free', selfService: false } }),
    ).rejects.toThrow();
  });

  test('an operator starts anything, for a customer that is known', async () => {
    await ensureCustomer(scope, { customer: 'known' });

    const body = {
      customer: 'known',
      plan: 'pro',
      trial: 'skip',
      quota: { seats: 'unlimited' },
      startsAt: start,
    };
    const made = await call('createAnySubscription', { body });

    expect(made).toMatchObject({ status: 201, json: { plan: 'pro', status: 'active' } });
    const unknown = call('createAnySubscription', { body: { customer: 'nobody', plan: 'pro' } });
    await expect(unknown).rejects.toMatchObject({ code: 'customer_unknown', status: 404 });
  });

  test('a customer cancels at the boundary only, resumes, and sees list and periods of its own', async () => {
    const { id } = await createSubscription(scope, { customer: 'owner', plan: 'basic' });
    const own = { params: { id }, customer: 'owner' };

    const canceled = await call('cancelSubscription', { ...own, body: { reason: 'price' } });
    expect(canceled.json).toMatchObject({ status: 'canceled', endsAt: '2026-02-28T10:00:00.000Z' });
    await expect(call('cancelSubscription', { ...own, body: { at: 'now' } })).rejects.toThrow();

    expect((await call('resumeSubscription', own)).json).toMatchObject({
      status: 'active',
      endsAt: null,
    });
    expect(
      (
        await call('listSubscriptions', {
          query: { status: 'active', limit: '5' },
          customer: 'owner',
        })
      ).json,
    ).toMatchObject({
      items: [{ id }],
      next: null,
    });
    expect((await call('listPeriods', own)).json).toMatchObject({
      items: [{ id: `${id}-1`, interval: 'P1M' }],
    });
  });

  test.each(['cancelSubscription', 'resumeSubscription', 'listPeriods'])(
    'another customer’s id is not found by %s',
    async (operation) => {
      const { id } = await createSubscription(scope, {
        customer: `victim-${operation}`,
        plan: 'basic',
      });
      await createSubscription(scope, { customer: 'intruder', plan: 'pack' });

      const request = { params: { id }, customer: 'intruder' };
      await expect(call(operation, request)).rejects.toMatchObject({
        code: 'not_found',
        status: 404,
      });
    },
  );

  test('the plans are public, with prices as amount, unit, scale and text', async () => {
    const { json } = await call('listPlans');

    expect(json).toMatchObject({
      next: null,
      items: expect.arrayContaining([expect.objectContaining({ key: 'pro' })]),
    });
    expect(subscriptionRoutes.find((route) => route.operation === 'listPlans')?.access).toBe(
      'public',
    );
  });
});
