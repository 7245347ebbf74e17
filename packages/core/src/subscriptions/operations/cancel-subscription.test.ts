/** Setting the end: every rule of when, what is announced, and what becomes of the quota. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { findCustomer } from '../../customers/index.ts';
import { type Database, type Scope, sql } from '../../kernel/index.ts';
import { readBalance, spend } from '../../ledger/index.ts';
import { findSubscription } from '../queries.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';

const start = '2026-01-31T10:00:00.000Z';
const later = '2026-02-10T00:00:00.000Z';
const boundary = new Date('2026-02-28T10:00:00Z');

describeMigrated('canceling a subscription', (make) => {
  let database: Database;
  let tenants = 0;
  let process: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function sold(
    input: Omit<Parameters<typeof createSubscription>[1], 'customer'>,
  ): Promise<string> {
    tenants += 1;
    process = openProcess(database, `cancel-${tenants}`);
    const { id } = await createSubscription(await process.at(start), { customer: 'ann', ...input });
    scope = await process.at(later);
    process.heard.length = 0;
    return id;
  }

  test('ends it at the next boundary, and announces that with the end', async () => {
    const id = await sold({ plan: 'basic' });

    const canceled = await cancelSubscription(scope, {
      customer: 'ann',
      reason: 'price',
      comment: 'too dear',
    });

    expect(canceled).toMatchObject({
      id,
      status: 'canceled',
      endsAt: boundary,
      canceledAt: new Date(later),
      cancelReason: 'price',
      currentPeriod: { number: 1, endsAt: boundary },
    });
    expect(process.types()).toEqual(['subscription.canceled', 'subscription.updated']);
    expect(process.heard[0]?.data).toMatchObject({
      subscription: id,
      endsAt: boundary.toISOString(),
      status: 'canceled',
    });
  });

  test.each([
    ['on trial at the end of the trial', { plan: 'pro' }, '2026-02-14T10:00:00.000Z'],
    [
      'infinite and on trial at the end of the trial',
      { plan: 'lifetime', trial: 'P1M' },
      boundary.toISOString(),
    ],
    ['infinite without a trial now', { plan: 'lifetime' }, later],
    ['upcoming now, so it never runs', { plan: 'basic', startsAt: '2026-05-01T00:00:00Z' }, later],
  ])('ends one that is %s', async (_, input, endsAt) => {
    await sold(input);

    expect((await cancelSubscription(scope, { customer: 'ann' })).endsAt?.toISOString()).toBe(
      endsAt,
    );
  });

  test('ends a paused one now', async () => {
    const id = await sold({ plan: 'basic' });
    await scope.run(
      sql`update bursar.subscriptions set paused_at = starts_at where id = ${id}::text`,
    );

    expect(await cancelSubscription(scope, { customer: 'ann', at: 'period_end' })).toMatchObject({
      status: 'ended',
      endsAt: new Date(later),
    });
  });

  test('now ends it at once, its trial and its pause with it', async () => {
    const id = await sold({ plan: 'pro' });
    await scope.run(
      sql`update bursar.subscriptions set paused_at = starts_at where id = ${id}::text`,
    );

    const canceled = await cancelSubscription(scope, { customer: 'ann', at: 'now' });

    expect(canceled).toMatchObject({
      status: 'ended',
      endsAt: new Date(later),
      trialEndsAt: new Date(later),
    });
    expect(await findSubscription(scope, id)).toMatchObject({
      resumesAt: new Date(later),
      revision: 1,
    });
    expect(process.types()).toEqual([
      'subscription.paused',
      'subscription.canceled',
      'subscription.updated',
      'subscription.ended',
    ]);
  });

  test('at an instant sets that end, past or future, and a later one moves it', async () => {
    const id = await sold({ plan: 'basic' });

    await cancelSubscription(scope, { customer: 'ann', at: '2026-05-01T00:00:00Z' });
    await cancelSubscription(scope, { customer: 'ann', at: new Date('2026-06-01T00:00:00Z') });
    const past = await cancelSubscription(scope, { customer: 'ann', at: '2026-02-01T00:00:00Z' });

    expect(past).toMatchObject({ status: 'ended', endsAt: new Date('2026-02-01T00:00:00Z') });
    expect(process.types()).toEqual([
      'subscription.canceled',
      'subscription.updated',
      'subscription.canceled',
      'subscription.updated',
      'subscription.canceled',
      'subscription.updated',
      'subscription.ended',
    ]);
    expect((await findSubscription(scope, id))?.revision).toBe(3);
  });

  test('on grace changes nothing at the boundary, and nothing with the same end', async () => {
    await sold({ plan: 'basic' });
    await cancelSubscription(scope, { customer: 'ann', reason: 'first' });
    process.heard.length = 0;

    const again = await cancelSubscription(scope, { customer: 'ann', reason: 'second' });
    await cancelSubscription(scope, { customer: 'ann', at: boundary });

    expect(again).toMatchObject({ endsAt: boundary, cancelReason: 'first' });
    expect(process.types()).toEqual([]);
  });

  test('revives nothing that has ended', async () => {
    const id = await sold({ plan: 'basic' });
    await cancelSubscription(scope, { customer: 'ann', at: 'now' });
    process.heard.length = 0;

    const again = await cancelSubscription(scope, {
      customer: 'ann',
      subscription: id,
      at: '2027-01-01T00:00:00Z',
    });

    expect(again).toMatchObject({ status: 'ended', endsAt: new Date(later) });
    expect(process.types()).toEqual([]);
  });

  test('with a later end that runs into the next subscription of the family is refused', async () => {
    const id = await sold({ plan: 'basic' });
    await cancelSubscription(scope, { customer: 'ann' });
    const next = await createSubscription(scope, {
      customer: 'ann',
      plan: 'pro',
      startsAt: boundary,
    });

    const longer = { customer: 'ann', subscription: id, at: '2026-03-01T00:00:00Z' };
    await expect(cancelSubscription(scope, longer)).rejects.toMatchObject({
      code: 'already_subscribed',
      details: { subscription: next.id },
    });

    expect((await findSubscription(scope, id))?.endsAt).toEqual(boundary);
  });

  describe('without naming it', () => {
    test('means the one that runs, not one that is to begin', async () => {
      const id = await sold({ plan: 'basic', endsAt: '2026-04-01T00:00:00Z' });
      await createSubscription(scope, {
        customer: 'ann',
        plan: 'pro',
        startsAt: '2026-04-01T00:00:00Z',
      });

      expect((await cancelSubscription(scope, { customer: 'ann', at: 'now' })).id).toBe(id);
    });

    test('is refused where several run, and says which', async () => {
      const id = await sold({ plan: 'basic' });
      const pack = await createSubscription(scope, { customer: 'ann', plan: 'pack' });

      await expect(cancelSubscription(scope, { customer: 'ann' })).rejects.toMatchObject({
        code: 'ambiguous_subscription',
        status: 409,
        details: { subscriptions: expect.arrayContaining([id, pack.id]) },
      });
    });
  });

  test('of another customer, or of nobody, is not found and makes no customer', async () => {
    const id = await sold({ plan: 'basic' });
    await createSubscription(scope, { customer: 'ben', plan: 'pack' });

    const asBen = { customer: 'ben', subscription: id };
    await expect(cancelSubscription(scope, asBen)).rejects.toMatchObject({
      code: 'not_found',
      status: 404,
    });
    await expect(cancelSubscription(scope, { customer: 'zoe' })).rejects.toMatchObject({
      code: 'not_found',
    });

    expect(await findCustomer(scope, 'zoe')).toBeNull();
    expect((await findSubscription(scope, id))?.endsAt).toBeNull();
  });

  test.each([
    ['an instant that is none', { at: 'tomorrow' }],
    ['an option nobody knows', { when: 'now' }],
    ['a reason that is no text', { reason: 5 }],
  ])('refuses %s', async (_, input) => {
    await sold({ plan: 'basic' });

    const wrong = { customer: 'ann', ...input } as Parameters<typeof cancelSubscription>[1];
    await expect(cancelSubscription(scope, wrong)).rejects.toMatchObject({
      code: 'validation',
      status: 422,
    });
  });

  test('under a key again gives the first answer', async () => {
    await sold({ plan: 'basic' });
    const input = { customer: 'ann', at: 'now' as const, idempotencyKey: 'k' };
    const first = await cancelSubscription(scope, input);

    expect(await cancelSubscription(await process.at('2026-06-01T00:00:00Z'), input)).toEqual(
      first,
    );
  });

  test('now takes the quota away at once: the next spend in another process has only the default', async () => {
    await sold({ plan: 'basic' });
    const call = { customer: 'ann', unit: 'api-calls', source: 'test' };
    await spend(scope, { ...call, amount: 600, request: 1 });
    const other = openProcess(database, `cancel-${tenants}`);
    expect(await spend(await other.at(later), { ...call, amount: 150, request: 2 })).toMatchObject({
      allowed: true,
    });

    await cancelSubscription(scope, { customer: 'ann', at: 'now' });

    expect(await spend(await other.at(later), { ...call, amount: 101, request: 3 })).toMatchObject({
      allowed: false,
    });
    expect(await spend(await other.at(later), { ...call, amount: 100, request: 4 })).toMatchObject({
      allowed: true,
    });
  });

  test('and going back to a plan does not refill the default: each period of it is issued once', async () => {
    const id = await sold({ plan: 'basic', endsAt: '2026-02-11T00:00:00Z' });
    const call = { customer: 'ann', unit: 'api-calls', source: 'test' };
    await spend(scope, { ...call, amount: 10, request: 1 });
    const free = await process.at('2026-02-12T00:00:00Z');
    await spend(free, { ...call, amount: 60, request: 2 });
    expect(await readBalance(free, call)).toMatchObject({ available: 40 });

    await createSubscription(free, { customer: 'ann', plan: 'basic' });
    expect(await readBalance(free, call)).toMatchObject({ available: 1_000 });
    await cancelSubscription(free, { customer: 'ann', at: 'now' });

    expect(await readBalance(free, call)).toMatchObject({ available: 40 });
    expect((await findSubscription(free, id))?.endsAt).toEqual(new Date('2026-02-11T00:00:00Z'));
  });

  test('at the boundary leaves the quota until then, and nothing of it after', async () => {
    await sold({ plan: 'lifetime', trial: 'P1M' });
    const call = { customer: 'ann', unit: 'api-calls', source: 'test' };
    await spend(scope, { ...call, amount: 100, request: 1 });

    await cancelSubscription(scope, { customer: 'ann' });

    expect(await readBalance(scope, call)).toMatchObject({ available: 400 });
    const after = await process.at(boundary);
    expect(await readBalance(after, call)).toMatchObject({ available: 100 });
    expect(await spend(after, { ...call, amount: 101, request: 2 })).toMatchObject({
      allowed: false,
    });
  });
});
