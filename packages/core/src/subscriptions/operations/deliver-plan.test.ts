/** What a paid order of a plan does to the subscription there is, and that nobody gets more time than was paid for. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import { confirmOrder, createOrder, getOrder, type NewOrder } from '../../orders/index.ts';
import { findSubscription } from '../queries.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { getSubscription } from './get-subscription.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { pauseSubscription } from './pause-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

const now = '2026-01-31T10:00:00.000Z';
const at = (moment: string) => new Date(moment);

describeMigrated('a paid order of a plan', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<void> {
    tenants += 1;
    shop = openShop(database, `deliver-${tenants}`);
    scope = await shop.at(now);
  }
  async function buy(input: Partial<NewOrder>) {
    const { order } = await createOrder(scope, { customer: 'ann', ...input });
    return confirmOrder(scope, { order: order.id, payment: 'manual' });
  }
  const quota = async () =>
    (await readBalance(scope, { customer: 'ann', unit: 'api-calls' })).settled;

  test('begins a subscription with the window of the order, without a trial', async () => {
    await fresh();

    const paid = await buy({ offer: 'pro-month', quantity: 2, currency: 'USD' });

    const [startsAt, endsAt] = [at(now), at('2026-03-31T10:00:00.000Z')];
    expect(paid).toMatchObject({ plan: 'pro', startsAt, expiresAt: endsAt });
    expect(await getSubscription(scope, { subscription: paid.subscription ?? '' })).toMatchObject({
      ...{ plan: 'pro', period: 'P1M', startsAt, endsAt, trialEndsAt: null, source: 'order' },
      ...{ currency: 'USD', currentPeriod: { number: 1, endsAt: at('2026-02-28T10:00:00.000Z') } },
    });
    expect(await quota()).toBe(1_000);
  });

  test('of one cycle for good begins one without an end', async () => {
    await fresh();

    const paid = await buy({ offer: 'pro-life' });

    expect(paid.expiresAt).toBeNull();
    expect(await getSubscription(scope, { subscription: paid.subscription ?? '' })).toMatchObject({
      ...{ status: 'active', period: null, endsAt: null },
    });
  });

  test('makes one of the same plan last longer, by as much as was bought', async () => {
    await fresh();
    const first = await buy({ plan: 'pro' });
    scope = await shop.at('2026-02-10T00:00:00.000Z');

    const second = await buy({ offer: 'pro-month', quantity: 2 });

    expect(second).toMatchObject({
      subscription: first.subscription,
      startsAt: at('2026-02-28T10:00:00.000Z'),
      expiresAt: at('2026-04-28T10:00:00.000Z'),
    });
    const { items } = await listSubscriptions(scope, { customer: 'ann' });
    expect(items).toMatchObject([{ endsAt: second.expiresAt, startsAt: at(now) }]);
  });

  test('changes one of another plan over, now and whole; a pause ends with it, what was used stays used', async () => {
    await fresh();
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'basic' });
    await pauseSubscription(scope, { customer: 'ann' });
    scope = await shop.at('2026-02-10T00:00:00.000Z');

    const paid = await buy({ plan: 'pro' });

    expect(paid).toMatchObject({ subscription: id, startsAt: scope.now });
    expect(await getSubscription(scope, { subscription: id })).toMatchObject({
      ...{ plan: 'pro', status: 'canceled' },
      endsAt: at('2026-03-10T00:00:00.000Z'),
      currentPeriod: { startsAt: scope.now, endsAt: at('2026-03-10T00:00:00.000Z') },
    });
    expect(await quota()).toBe(1_000);
    expect(shop.types()).toEqual(
      expect.arrayContaining([
        'subscription.plan_changed',
        'subscription.reanchored',
        'order.paid',
      ]),
    );
    expect(shop.heard.find(({ type }) => type === 'subscription.plan_changed')?.data).toMatchObject(
      { cost: { charge: 2_900, due: 2_900, unit: 'EUR' } },
    );
  });

  test('stacks where the plan does', async () => {
    await fresh();

    const [one, other] = [await buy({ offer: 'helper' }), await buy({ offer: 'helper' })];

    expect(one.subscription).not.toBe(other.subscription);
    expect(await quota()).toBe(5 + 10 + 10);
  });

  test('that is to begin later is refused where another has come between, and stays pending', async () => {
    await fresh();
    const startsAt = at('2026-03-01T00:00:00.000Z');
    const { order } = await createOrder(scope, { customer: 'ann', plan: 'pro', startsAt });
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'basic' });

    const confirmed = confirmOrder(scope, { order: order.id, payment: 'manual' });

    await expect(confirmed).rejects.toMatchObject({
      ...{ code: 'already_subscribed', details: { subscription: id } },
    });
    expect(await getOrder(scope, { order: order.id })).toMatchObject({
      ...{ status: 'pending', subscription: null },
    });
  });

  test('is all the time there is: resuming gives back what was paid for and no more', async () => {
    await fresh();
    const { subscription } = await buy({ plan: 'pro' });
    const id = subscription ?? '';
    const endsAt = at('2026-02-28T10:00:00.000Z');
    const end = async () => (await findSubscription(scope, id))?.endsAt;

    await resumeSubscription(scope, { customer: 'ann', subscription: id });
    expect(await end()).toEqual(endsAt);
    const sooner = at('2026-02-10T00:00:00.000Z');
    await cancelSubscription(scope, { customer: 'ann', subscription: id, at: sooner });
    expect(await end()).toEqual(sooner);
    await resumeSubscription(scope, { customer: 'ann', subscription: id });

    expect(await end()).toEqual(endsAt);
  });
});
