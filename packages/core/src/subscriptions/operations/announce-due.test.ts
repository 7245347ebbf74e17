/** Announcing what time brought: once, late, and after a command that was faster. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { defineCatalog } from '../../catalog/index.ts';
import { BEFORE_ALL, FOREVER } from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import { findSubscription } from '../queries.ts';
import { announceDue, dueSubscriptions } from './announce-due.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

const start = '2026-01-31T10:00:00.000Z';

describeMigrated('announcing what is due', (make) => {
  let made: MigratedDatabase;
  let tenants = 0;
  let process: Process;
  beforeAll(async () => {
    made = await make();
  });
  beforeEach(() => {
    process = openProcess(made.database, `t${++tenants}`);
  });

  const tenant = () => `t${tenants}`;

  async function due(now: string) {
    const scope = await process.at(now);
    const all = await dueSubscriptions(scope, { until: scope.now, limit: 1000 });
    return all.filter((one) => one.tenant === tenant());
  }

  /** Looks at what is due until nothing is. */
  async function sweep(now: string) {
    process.heard.length = 0;
    for (let found = await due(now); found.length > 0; found = await due(now)) {
      for (const one of found) await announceDue(await process.at(now), one);
    }
    return process.heard.map(({ type, data }) => [type, data.period ?? null]);
  }

  test('a new subscription is looked at first, which announces nothing', async () => {
    const { id } = await createSubscription(await process.at(start), {
      customer: 'ann',
      plan: 'basic',
    });

    expect(await due(start)).toEqual([{ tenant: tenant(), id, at: BEFORE_ALL }]);
    expect(await sweep(start)).toEqual([]);
    expect(await due('2026-02-28T09:59:59.999Z')).toEqual([]);
    expect(await due('2026-02-28T10:00:00Z')).toEqual([
      { tenant: tenant(), id, at: new Date('2026-02-28T10:00:00Z') },
    ]);
  });

  test('renewals are told late, in order, with the period and how it stood then', async () => {
    await createSubscription(await process.at(start), { customer: 'ann', plan: 'basic' });

    expect(await sweep('2026-05-01T00:00:00Z')).toEqual([
      ['subscription.renewed', 2],
      ['subscription.renewed', 3],
      ['subscription.renewed', 4],
    ]);
    expect(process.heard[0]?.data).toMatchObject({
      status: 'active',
      period: 2,
      periodStartsAt: '2026-02-28T10:00:00.000Z',
      periodEndsAt: '2026-03-31T10:00:00.000Z',
    });
    expect(await sweep('2026-05-01T00:00:00Z')).toEqual([]);
    expect(await sweep('2026-05-31T10:00:00Z')).toEqual([['subscription.renewed', 5]]);
  });

  test('an end that is reached is told once, and it is never looked at again', async () => {
    const { id } = await createSubscription(await process.at(start), {
      customer: 'ann',
      plan: 'basic',
    });
    await sweep(start);
    await cancelSubscription(await process.at('2026-02-01T00:00:00Z'), { customer: 'ann' });

    expect(await sweep('2026-02-28T10:00:00Z')).toEqual([['subscription.ended', null]]);
    const again = await announceDue(await process.at('2030-01-01T00:00:00Z'), { id, at: FOREVER });

    expect(again).toEqual({ done: false, next: FOREVER });
    expect(await due('2030-01-01T00:00:00Z')).toEqual([]);
  });

  test('a command that ends it at once tells all that it had passed, and the sweep nothing more', async () => {
    await createSubscription(await process.at(start), { customer: 'ann', plan: 'basic' });
    process.heard.length = 0;

    await cancelSubscription(await process.at('2026-03-01T00:00:00Z'), {
      customer: 'ann',
      at: 'now',
    });

    expect(process.types()).toEqual([
      'subscription.renewed',
      'subscription.canceled',
      'subscription.updated',
      'subscription.ended',
    ]);
    expect(await sweep('2026-04-01T00:00:00Z')).toEqual([]);
  });

  test('an end that was taken back is not told: it renews', async () => {
    await createSubscription(await process.at(start), { customer: 'ann', plan: 'basic' });
    await cancelSubscription(await process.at('2026-02-01T00:00:00Z'), { customer: 'ann' });
    await sweep('2026-02-01T00:00:00Z');
    await resumeSubscription(await process.at('2026-02-02T00:00:00Z'), { customer: 'ann' });

    expect(await sweep('2026-02-28T10:00:00Z')).toEqual([['subscription.renewed', 2]]);
  });

  test('an end that non-payment has led to is stored and told, each once', async () => {
    process = openProcess(made.database, tenant(), {
      paidPeriods: async (_, ids) => new Map(ids.map((id) => [id, []])),
    });
    await createSubscription(await process.at(start), { customer: 'ann', plan: 'pro' });

    expect(await sweep('2026-02-17T09:59:59Z')).toEqual([
      ['subscription.trial_will_end', null],
      ['subscription.trial_ended', null],
      ['subscription.past_due', 1],
    ]);
    expect(await sweep('2026-02-17T10:00:00Z')).toEqual([
      ['subscription.canceled', null],
      ['subscription.updated', null],
      ['subscription.ended', null],
    ]);
    expect(await sweep('2026-06-01T00:00:00Z')).toEqual([]);
  });

  test('one that nobody pays changes to the plan it falls back to, from that instant on, whoever looks', async () => {
    const { spec } = defineCatalog({
      units: { EUR: { scale: 2 } },
      features: { calls: { kind: 'metered' } },
      plans: {
        paid: {
          ...{
            period: 'P1M',
            billing: 'order',
            pastDue: 'P3D',
            fallback: 'poor',
            price: { EUR: 100 },
          },
          features: { calls: { quota: 100 } },
        },
        poor: { period: 'P1M', features: { calls: { quota: 7 } } },
      },
    });
    const paid = new Map<string, [number, number][]>();
    process = openProcess(made.database, tenant(), {
      catalog: spec,
      paidPeriods: async () => paid,
    });
    const { id } = await createSubscription(await process.at(start), {
      customer: 'ann',
      plan: 'paid',
    });
    paid.set(id, [[1, 1]]);
    await sweep('2026-03-03T00:00:00Z');
    expect(process.types()).toEqual(['subscription.renewed', 'subscription.past_due']);
    const left = async (now: string) =>
      (await readBalance(await process.at(now), { customer: 'ann', unit: 'calls' })).available;

    expect([await left('2026-03-03T09:59:59Z'), await left('2026-03-03T10:00:00Z')]).toEqual([
      100, 7,
    ]);
    expect(await findSubscription(await process.at('2026-03-04T00:00:00Z'), id)).toMatchObject({
      ...{ plan: 'poor', endsAt: null },
    });
    expect(await sweep('2026-04-01T00:00:00Z')).toEqual([
      ['subscription.plan_changed', null],
      ['subscription.updated', null],
      ['subscription.renewed', 3],
    ]);
  });

  test('one that is gone is left alone', async () => {
    const scope = await process.at(start);

    expect(await announceDue(scope, { id: 'sub_gone', at: FOREVER })).toEqual({
      done: false,
      next: FOREVER,
    });
  });
});
