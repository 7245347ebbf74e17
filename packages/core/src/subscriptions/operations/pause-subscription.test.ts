/** Interrupting a subscription: nothing of it can be used, nothing of it is lost, and everything is told once. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { readBalance, spend, verify } from '../../ledger/index.ts';
import { rightsAt } from '../index.ts';
import { findSubscription } from '../queries.ts';
import { announceDue, dueSubscriptions } from './announce-due.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { pauseSubscription, unpauseSubscription } from './pause-subscription.ts';
import { subscriptionPeriods } from './subscription-periods.ts';

const ann = { customer: 'ann' } as const;
const day = (text: string) => `2026-${text}T10:00:00.000Z`;

describeMigrated('pausing', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });

  async function sold(plan = 'basic'): Promise<{ process: Process; id: string }> {
    tenants += 1;
    const process = openProcess(database, `pause-${tenants}`);
    const { id } = await createSubscription(await process.at(day('01-01')), { ...ann, plan });
    process.heard.length = 0;
    return { process, id };
  }
  const take = async (scope: Scope, amount: number) =>
    (await spend(scope, { ...ann, unit: 'api-calls', amount, source: 'test', request: null }))
      .allowed;
  const balance = (scope: Scope) => readBalance(scope, { ...ann, unit: 'api-calls' });

  test('takes all use away at once, and gives it back with the return, what was left as it was', async () => {
    const { process, id } = await sold();
    await take(await process.at(day('01-05')), 300);

    const paused = await pauseSubscription(await process.at(day('01-11')), { ...ann });
    expect(paused).toMatchObject({ status: 'paused', currentPeriod: { number: 1, endsAt: null } });
    const during = await process.at(day('03-20'));
    expect((await balance(during)).available).toBe(0);
    expect(await take(during, 1)).toBe(false);
    expect((await rightsAt(during, { id: 1 } as never, during.now)).hasValid).toBe(false);

    const back = await process.at(day('01-21'));
    const going = await unpauseSubscription(back, { ...ann });
    expect(going).toMatchObject({
      status: 'active',
      currentPeriod: { number: 1, endsAt: new Date(day('02-11')) },
    });
    expect(await balance(back)).toMatchObject({
      available: 700,
      windows: [{ used: 300, granted: 1_000 }],
    });
    const next = await process.at(day('02-11'));
    expect((await balance(next)).available).toBe(1_000);
    expect(await take(next, 1_000)).toBe(true);

    const usage = [{ feature: 'api-calls', granted: 1_000, used: 300 }];
    expect(
      (await subscriptionPeriods(next, { subscription: id, usage: true })).items,
    ).toMatchObject([
      { number: 1, endsAt: new Date(day('02-11')), interval: 'P1M10D', usage },
      {
        number: 2,
        startsAt: new Date(day('02-11')),
        endsAt: new Date(day('03-11')),
        interval: 'P1M',
      },
    ]);
    expect(process.types()).toEqual([
      ...['subscription.updated', 'subscription.paused', 'subscription.updated'],
      ...['subscription.unpaused', 'subscription.reanchored', 'quota.reached'],
    ]);
    expect(
      process.heard.find(({ type }) => type === 'subscription.reanchored')?.data,
    ).toMatchObject({
      ...{ period: 2, periodStartsAt: day('02-11') },
    });
    expect((await verify(next)).broken).toEqual([]);
  });

  test('with a set return goes on by the clock, whoever looks and however late', async () => {
    const { process, id } = await sold();
    const first = await process.at(day('01-11'));
    await take(first, 400);
    await pauseSubscription(first, { ...ann, until: day('01-21') });

    const late = await process.at(day('02-05'));
    expect((await balance(late)).available).toBe(600);
    expect(await take(late, 600)).toBe(true);
    expect(await take(late, 1)).toBe(false);

    const until = new Date(day('02-20'));
    const sweeper = await process.at(until);
    process.heard.length = 0;
    for (let at = new Date(0); at <= until; )
      at = (await announceDue(sweeper, { id, at: until })).next;
    expect(process.types()).toEqual([
      ...['subscription.unpaused', 'subscription.reanchored', 'subscription.renewed'],
    ]);
    const due = await dueSubscriptions(sweeper, { until, limit: 100 });
    expect(due.filter((one) => one.id === id)).toEqual([]);
    expect((await verify(sweeper)).broken).toEqual([]);
  });

  test('at the boundary lets the period run out, and the next begins with the return', async () => {
    const { process } = await sold();
    const planned = await pauseSubscription(await process.at(day('01-11')), {
      ...ann,
      at: 'boundary',
    });
    expect(planned).toMatchObject({ status: 'active', pausedAt: new Date(day('02-01')) });
    expect(await take(await process.at(day('01-30')), 900)).toBe(true);
    expect(await take(await process.at(day('02-02')), 1)).toBe(false);

    const back = await process.at(day('02-07'));
    await unpauseSubscription(back, { ...ann });

    expect(await balance(back)).toMatchObject({ available: 1_000 });
    expect(await findSubscription(back, planned.id)).toMatchObject({
      resumesAt: new Date(day('02-07')),
    });
    expect((await verify(back)).broken).toEqual([]);
  });

  test('keeps what is left to roll over, and the rest of a trial', async () => {
    const { process } = await sold('pro');
    await take(await process.at(day('01-05')), 6_000);
    const atBoundary = await process.at(day('01-30'));
    await pauseSubscription(atBoundary, { ...ann, at: 'boundary', until: day('02-11') });
    expect(await take(await process.at(day('02-03')), 1)).toBe(false);

    expect(await balance(await process.at(day('02-11')))).toMatchObject({ available: 14_000 });

    const other = await sold('pro');
    await pauseSubscription(await other.process.at(day('01-11')), { ...ann });
    const back = await other.process.at(day('01-21'));
    expect(await unpauseSubscription(back, { ...ann })).toMatchObject({
      ...{ status: 'trialing', trialEndsAt: new Date(day('01-25')) },
    });
    expect((await verify(back)).broken).toEqual([]);
  });

  test('twice moves the boundary twice, and a plan that was taken back moves nothing', async () => {
    const { process, id } = await sold();
    await pauseSubscription(await process.at(day('01-11')), { ...ann, until: day('01-21') });
    await pauseSubscription(await process.at(day('02-05')), { ...ann, until: day('02-08') });
    await pauseSubscription(await process.at(day('02-09')), { ...ann, at: 'period_end' });
    await unpauseSubscription(await process.at(day('02-10')), { ...ann });

    const { items } = await subscriptionPeriods(await process.at(day('02-20')), {
      subscription: id,
    });
    expect(items.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      day('01-01'),
      day('02-14'),
    ]);
  });

  test('is refused where nothing goes on by itself, and changes nothing', async () => {
    const { process, id } = await sold('lifetime');
    const scope = await process.at(day('01-11'));
    await expect(pauseSubscription(scope, { ...ann })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    const monthly = await sold();
    const now = await monthly.process.at(day('01-11'));
    await cancelSubscription(now, { ...ann });
    await expect(pauseSubscription(now, { ...ann })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    const paused = await sold();
    const early = await paused.process.at(day('01-11'));
    const past = { ...ann, until: day('01-10') };
    await expect(pauseSubscription(early, past)).rejects.toMatchObject({ code: 'validation' });
    await pauseSubscription(early, { ...ann });
    await expect(pauseSubscription(early, { ...ann })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(pauseSubscription(early, { ...ann, at: 'soon' as never })).rejects.toMatchObject({
      ...{ code: 'validation' },
    });

    expect(await findSubscription(scope, id)).toMatchObject({ pausedAt: null, revision: 0 });
    expect(await unpauseSubscription(now, { ...ann })).toMatchObject({ status: 'canceled' });
    expect(await cancelSubscription(early, { ...ann })).toMatchObject({ status: 'ended' });
  });

  test('gives the same answer under the same key', async () => {
    const { process } = await sold();
    const scope = await process.at(day('01-11'));
    const once = { ...ann, until: day('01-21'), idempotencyKey: 'holiday' };

    const first = await pauseSubscription(scope, once);

    expect(await pauseSubscription(await process.at(day('02-01')), once)).toEqual(first);
    expect(process.types()).toEqual(['subscription.updated', 'subscription.paused']);
  });
});
