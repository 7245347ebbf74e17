/**
 * Bare `subscribed()`: a subscription that runs, and why there is none.
 */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { defineCatalog } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { sql } from '../../kernel/index.ts';
import { cancelSubscription, createSubscription, planOf } from '../../subscriptions/index.ts';
import { checkFeature, checkSubscribed, deniedError } from '../index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { 'track-time': { kind: 'boolean' }, 'api-calls': { kind: 'metered' } },
  plans: {
    free: { default: true, period: 'P1M', features: { 'api-calls': { quota: 1 } } },
    pro: {
      ...{ period: 'P1M', price: { EUR: 2900 }, billing: 'order', pastDue: 'P3D' },
      features: { 'track-time': true },
    },
  },
});
const ann = { customer: 'ann' };
let tenants = 0;

describeMigrated('being subscribed', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = (paidTo: number | null = null) => {
    const tenant = `subscribed${++tenants}`;
    const paidPeriods = async (_: unknown, subscriptions: readonly string[]) =>
      paidTo === null ? null : new Map(subscriptions.map((id) => [id, [[1, paidTo] as const]]));
    return (now: string) =>
      openTestScope(home.database, {
        ...{ tenant, now: new Date(now) },
        ports: { catalog: catalog.spec, planOf, paidPeriods },
      });
  };

  test('it takes a subscription that runs; the default plan is none', async () => {
    const scope = await fresh()('2026-01-10T00:00:00Z');
    const stranger = await checkSubscribed(scope, ann);
    const unmade = await findCustomer(scope, 'ann');

    await createSubscription(scope, { ...ann, plan: 'pro' });
    const during = await checkSubscribed(scope, ann);
    await cancelSubscription(scope, { ...ann, at: 'now' });
    const after = await checkSubscribed(scope, ann);

    expect([stranger, during, after].map(({ reason }) => reason)).toEqual([
      ...['no_subscription', null, 'no_subscription'],
    ]);
    expect(unmade).toBeNull();
  });

  test('one that is paused is there but does not count', async () => {
    const at = fresh();
    const scope = await at('2026-01-10T00:00:00Z');
    const { id } = await createSubscription(scope, { ...ann, plan: 'pro' });
    await scope.run(
      sql`update bursar.subscriptions set paused_at = '2026-01-12T00:00:00Z' where id = ${id}::text`,
    );
    const later = await at('2026-01-13T00:00:00Z');

    const decisions = [
      await checkSubscribed(later, ann),
      await checkFeature(later, { ...ann, feature: 'track-time' }),
    ];

    expect(decisions.map(({ reason }) => reason)).toEqual(['paused', 'paused']);
  });

  test('one that nobody paid for counts until its window is over, and is past due from then on', async () => {
    const at = fresh(1);
    await createSubscription(await at('2026-01-10T00:00:00Z'), { ...ann, plan: 'pro' });
    const within = await at('2026-02-12T00:00:00Z');
    const beyond = await at('2026-02-14T00:00:00Z');

    const decisions = [
      await checkSubscribed(within, ann),
      await checkSubscribed(beyond, ann),
      await checkFeature(beyond, { ...ann, feature: 'track-time' }),
    ];

    expect(decisions.map(({ reason }) => reason)).toEqual([null, 'past_due', 'past_due']);
    expect(deniedError(decisions[1] as never)).toMatchObject({ code: 'past_due', status: 402 });
  });
});
