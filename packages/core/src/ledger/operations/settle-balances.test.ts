/** The books follow every change of rights, in its own transaction: what is left is what the quota leaves of what was used. */
import { expect, test } from 'vitest';
import { clean, describeBooks, noon, source, take, taken } from '#test/fresh-books.ts';
import { fed, oneQuota } from '#test/one-quota.ts';
import { cancelSubscription, createSubscription } from '../../subscriptions/index.ts';
import { credit, giveBack, readBalance, verify } from '../index.ts';

const calls = { customer: 'ann', unit: 'api-calls' };

describeBooks('settling balances', (fresh) => {
  test('what one process cancels now, the next spend of another is refused', async () => {
    const { other, scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const elsewhere = await other.at(noon);
    await taken(elsewhere, 'ai-tokens', 1);

    await cancelSubscription(scope, { customer: 'ann', at: 'now' });

    expect(await take(elsewhere, 'ai-tokens', 1)).toMatchObject({
      allowed: false,
      figures: { available: 0 },
    });
    expect(await verify(scope)).toEqual(clean);
  });

  test('the end of one subscription takes its own quota and leaves the other and the credits', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const extra = [{ code: 'api-calls', quota: 50 }];
    const { id } = await createSubscription(scope, { customer: 'ann', features: extra });
    await credit(scope, { ...calls, amount: 7, source });
    await taken(scope, 'api-calls', 1);

    const both = (await readBalance(scope, calls)).available;
    await cancelSubscription(scope, { customer: 'ann', subscription: id, at: 'now' });

    expect(both).toBe(1056);
    expect([1006, 1007]).toContain((await readBalance(scope, calls)).available);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a balance that nobody has touched stays untouched', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    await cancelSubscription(scope, { customer: 'ann', at: 'now' });

    expect(await readBalance(scope, { customer: 'ann', unit: 'reports' })).toMatchObject({
      exists: false,
    });
  });
});

describeBooks('a quota that changes', (fresh) => {
  async function given(first: Parameters<typeof oneQuota>[0] = {}) {
    const plan = oneQuota(first);
    const { scope } = await fresh(plan.planOf);
    const left = async () => (await readBalance(scope, fed)).windows[0];
    return { plan, scope, left };
  }

  test.each([
    [15, 7],
    [8, 0],
    [9, 1],
    [0, 0],
  ])('to %i leaves %i after 8 were used', async (quota, leaves) => {
    const { plan, scope, left } = await given();
    await taken(scope, 'exports', 8);

    await plan.change(scope, { quota });

    expect(await left()).toMatchObject({ used: 8, left: leaves });
    expect((await take(scope, 'exports', leaves + 1)).allowed).toBe(false);
    if (leaves > 0) await taken(scope, 'exports', leaves);
    expect(await verify(scope)).toEqual(clean);
  });

  test('below what was used makes no room when some of it comes back', async () => {
    const { plan, scope, left } = await given();
    const of = await taken(scope, 'exports', 8);
    await plan.change(scope, { quota: 5 });

    await giveBack(scope, { ...fed, of, amount: 2, source });
    const refused = await take(scope, 'exports', 1);
    await giveBack(scope, { ...fed, of, amount: 2, source });

    expect(refused).toMatchObject({ allowed: false, figures: { available: 0 } });
    expect(await left()).toMatchObject({ used: 4, left: 1 });
    await taken(scope, 'exports', 1);
    expect((await take(scope, 'exports', 1)).allowed).toBe(false);
    expect(await verify(scope)).toEqual(clean);
  });

  test('of a soft kind counts what had passed it, and leaves its cap whole', async () => {
    const { plan, scope, left } = await given({ quota: 5, soft: true, overageMax: 3 });
    await taken(scope, 'exports', 8);

    await plan.change(scope, { quota: 10 });

    expect(await left()).toMatchObject({ used: 8, left: 2, overage: 0 });
    await taken(scope, 'exports', 5);
    expect((await take(scope, 'exports', 1)).allowed).toBe(false);
    expect(await left()).toMatchObject({ used: 13, left: 0, overage: 3 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('to no limit and back counts all that was used', async () => {
    const { plan, scope, left } = await given();
    await taken(scope, 'exports', 8);
    await plan.change(scope, { quota: null });
    await taken(scope, 'exports', 30);

    await plan.change(scope, { quota: 40 });

    expect(await left()).toMatchObject({ used: 38, left: 2 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('by a pause leaves nothing but credits, and by its end what was left', async () => {
    const { plan, scope, left } = await given();
    await taken(scope, 'exports', 4);
    await credit(scope, { ...fed, amount: 2, source });

    await plan.change(scope, { suspended: true });
    await taken(scope, 'exports', 2);
    const paused = await take(scope, 'exports', 1);
    await plan.change(scope, { suspended: false });

    expect(paused).toMatchObject({ allowed: false });
    expect(await left()).toMatchObject({ used: 4, left: 6 });
    expect(await verify(scope)).toEqual(clean);
  });
});
