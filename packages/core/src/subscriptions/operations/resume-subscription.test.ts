/** Taking a cancellation back. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

const start = '2026-01-31T10:00:00.000Z';
const later = '2026-02-10T00:00:00.000Z';
const boundary = new Date('2026-02-28T10:00:00Z');

describeMigrated('resuming a subscription', (make) => {
  let database: Database;
  let tenants = 0;
  let process: Process;
  let scope: Scope;
  let id: string;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function canceled(): Promise<void> {
    tenants += 1;
    process = openProcess(database, `resume-${tenants}`);
    id = (await createSubscription(await process.at(start), { customer: 'ann', plan: 'basic' })).id;
    scope = await process.at(later);
    await cancelSubscription(scope, { customer: 'ann', reason: 'price' });
    process.heard.length = 0;
  }

  test('on grace clears the end and its reason, announces it, and the quota goes on past it', async () => {
    await canceled();

    const resumed = await resumeSubscription(scope, { customer: 'ann', subscription: id });

    expect(resumed).toMatchObject({
      id,
      status: 'active',
      endsAt: null,
      canceledAt: null,
      cancelReason: null,
    });
    expect(process.types()).toEqual(['subscription.resumed', 'subscription.updated']);
    const balance = await readBalance(await process.at(boundary), {
      customer: 'ann',
      unit: 'api-calls',
    });
    expect(balance).toMatchObject({ available: 1_000 });
  });

  test('that is not canceled, or has ended, changes nothing and announces nothing', async () => {
    await canceled();
    await resumeSubscription(scope, { customer: 'ann' });
    process.heard.length = 0;

    const running = await resumeSubscription(scope, { customer: 'ann' });
    await cancelSubscription(scope, { customer: 'ann', at: 'now' });
    process.heard.length = 0;
    const ended = await resumeSubscription(scope, { customer: 'ann', subscription: id });

    expect(running.status).toBe('active');
    expect(ended.status).toBe('ended');
    expect(process.types()).toEqual([]);
  });

  test('where the next of the family has been made meanwhile is refused and changes nothing', async () => {
    await canceled();
    const next = await createSubscription(scope, {
      customer: 'ann',
      plan: 'pro',
      startsAt: boundary,
    });
    process.heard.length = 0;

    await expect(
      resumeSubscription(scope, { customer: 'ann', subscription: id }),
    ).rejects.toMatchObject({
      code: 'already_subscribed',
      details: { subscription: next.id },
    });

    expect(process.types()).toEqual([]);
  });

  test('of another customer or of nobody is not found', async () => {
    await canceled();
    await createSubscription(scope, { customer: 'ben', plan: 'pack' });

    await expect(
      resumeSubscription(scope, { customer: 'ben', subscription: id }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(resumeSubscription(scope, { customer: 'zoe' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
