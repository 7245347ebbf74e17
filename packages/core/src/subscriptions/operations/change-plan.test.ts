/** Changing plans: what it costs, what stays used, what waits for its moment, and that preview and change agree. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { defineCatalog } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { changeGauge, readBalance, spend, verify } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { rightsAt } from '../index.ts';
import { findSubscription } from '../queries.ts';
import { announceDue } from './announce-due.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { addFeature } from './change-features.ts';
import { changePlan } from './change-plan.ts';
import { createSubscription } from './create-subscription.ts';
import { pauseSubscription, unpauseSubscription } from './pause-subscription.ts';
import { previewChange } from './preview-change.ts';
import { subscriptionPeriods } from './subscription-periods.ts';

const { spec: catalog } = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 } },
  features: {
    calls: { kind: 'metered' },
    exports: { kind: 'metered' },
    seats: { kind: 'gauge' },
    sso: { kind: 'boolean' },
  },
  plans: {
    free: { default: true, period: 'P1M', features: { calls: { quota: 10 }, seats: { quota: 1 } } },
    small: {
      period: 'P1M',
      price: { EUR: 3100 },
      features: { calls: { quota: 100 }, exports: { quota: 5, reset: 'P7D' }, seats: { quota: 3 } },
    },
    large: {
      period: 'P1M',
      price: { EUR: 6200, USD: 7000 },
      selfService: true,
      features: { calls: { quota: 500 }, seats: { quota: 10 }, sso: true },
    },
    yearly: { period: 'P1Y', price: { EUR: 31_000 }, features: { calls: { quota: 1_000 } } },
    strict: { period: 'P1M', features: { seats: { quota: 2, overLimit: 'block' } } },
    trial: {
      period: 'P1M',
      trial: 'P14D',
      price: { EUR: 1_000 },
      features: { calls: { quota: 9 } },
    },
    forever: { period: 'infinite', price: { EUR: 9_900 }, features: { calls: { quota: 70 } } },
    extra: { family: 'extra', period: 'P1M', features: { exports: { quota: 50 } } },
    saving: {
      period: 'P1M',
      features: {
        calls: { quota: 100, rollover: { max: 80 } },
        exports: { quota: 6, rollover: { max: 6 } },
      },
    },
    dollars: { period: 'P1M', price: { USD: 100 }, features: {} },
  },
});

const ann = { customer: 'ann' } as const;
const day = (text: string) => `2026-${text}T00:00:00.000Z`;

describeMigrated('changing plans', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });

  async function sold(plan = 'small'): Promise<{ process: Process; id: string }> {
    tenants += 1;
    const process = openProcess(database, `switch-${tenants}`, { catalog });
    const { id } = await createSubscription(await process.at(day('01-01')), { ...ann, plan });
    process.heard.length = 0;
    return { process, id };
  }
  const take = async (scope: Scope, amount: number, unit = 'calls') =>
    (await spend(scope, { ...ann, unit, amount, source: 'test', request: null })).allowed;
  const balance = (scope: Scope, unit = 'calls') => readBalance(scope, { ...ann, unit });
  const seat = async (scope: Scope, amount: number) =>
    (
      await changeGauge(scope, {
        ...{ ...ann, unit: 'seats', amount, source: 'test' },
        usedBy: { kind: 'user', id: 'ann' },
      })
    ).allowed;
  const facts = async (process: Process, at: string, input: object) => {
    const shown = await previewChange(await process.at(at), { ...ann, plan: 'large', ...input });
    const { charge, credit, due, timing } = shown;
    return [timing, charge.amount, credit.amount, due.amount];
  };

  test('now keeps the period and what was used, and the next spend meets the new quota', async () => {
    const { process, id } = await sold();
    const scope = await process.at(day('01-11'));
    await take(scope, 100);
    expect(await take(scope, 1)).toBe(false);
    process.heard.length = 0;

    const changed = await changePlan(scope, { ...ann, plan: 'large' });

    expect(changed).toMatchObject({
      ...{ plan: 'large', id, currentPeriod: { number: 1, endsAt: new Date(day('02-01')) } },
    });
    expect(await balance(scope)).toMatchObject({ available: 400, windows: [{ used: 100 }] });
    expect(await take(scope, 400)).toBe(true);
    expect(await take(scope, 1)).toBe(false);
    expect((await balance(await process.at(day('02-01')))).available).toBe(500);
    expect(process.types()).toEqual([
      ...['subscription.plan_changed', 'subscription.updated', 'quota.reached'],
    ]);
    const [told, updated] = process.heard.filter(({ type }) => type.startsWith('subscription.'));
    expect(told?.data).toMatchObject({
      previous: { plan: 'small', version: 1 },
      cost: { charge: 4_200, credit: 2_100, due: 2_100, unit: 'EUR' },
    });
    expect(updated?.data).toMatchObject({ before: { plan: 'small' }, after: { plan: 'large' } });
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('takes what a smaller plan does not have, and what was used stays used when it comes back', async () => {
    const { process } = await sold('large');
    const scope = await process.at(day('01-11'));
    await take(scope, 300);
    await changePlan(scope, { ...ann, plan: 'strict' });
    expect(await take(scope, 1)).toBe(false);
    const customer = await findCustomer(scope, 'ann');
    const rights = await rightsAt(scope, customer, scope.now);
    expect(rights.items.map(({ feature }) => feature)).toEqual(['seats']);

    await changePlan(scope, { ...ann, plan: 'large' });

    expect((await balance(scope)).available).toBe(200);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('costs the share of the period that is left, by the second, as the mode says', async () => {
    const { process } = await sold();

    expect(await facts(process, day('01-11'), {})).toEqual(['now', 4_200, 2_100, 2_100]);
    expect(await facts(process, day('01-11'), { proration: 'none' })).toEqual(['now', 0, 0, 0]);
    expect(await facts(process, day('01-11'), { proration: 'full' })).toEqual([
      ...['now', 6_200, 0, 6_200],
    ]);
    expect(await facts(process, day('01-11'), { plan: 'yearly' })).toEqual([
      ...['now', 31_000, 2_100, 28_900],
    ]);
    expect(await facts(process, day('01-11'), { at: 'period_end' })).toEqual([
      'period_end',
      0,
      0,
      0,
    ]);
    // A third of a second counts as none: 2,678,399 of 2,678,400 seconds are left.
    const odd = await facts(process, '2026-01-01T00:00:00.667Z', {});
    expect(odd).toEqual(['now', 6_200, 3_100, 3_100]);
  });

  test('costs the share of the time that could be used: a pause adds none', async () => {
    const { process } = await sold();
    await pauseSubscription(await process.at(day('01-11')), { ...ann, until: day('01-21') });

    // 21 of 31 days are left, as when the pause began, though the period lasts 41.
    expect(await facts(process, day('01-21'), {})).toEqual(['now', 4_200, 2_100, 2_100]);
  });

  test('costs nothing on trial, where no plan has a price, and in a period that never ends', async () => {
    const trial = await sold('trial');
    expect(await facts(trial.process, day('01-05'), {})).toEqual(['now', 0, 0, 0]);
    expect(await facts(trial.process, day('01-20'), {})).toEqual(['now', 2_400, 387, 2_013]);
    // At the period's end the trial will be over.
    const then = { at: 'period_end', plan: 'yearly' };
    expect(await facts(trial.process, day('01-05'), then)).toEqual([
      'period_end',
      31_000,
      0,
      31_000,
    ]);
    const forever = await sold('forever');
    expect(await facts(forever.process, day('01-05'), { plan: 'large' })).toEqual([
      ...['now', 6_200, 0, 6_200],
    ]);
    const bare = await sold('strict');
    const shown = await previewChange(await bare.process.at(day('01-05')), {
      ...{ ...ann, plan: 'extra' },
    });
    expect(shown.due).toEqual({ amount: 0, unit: 'XXX', scale: 0, formatted: '0' });
  });

  test('auto changes now to what is dearer in the same time, and waits with what is cheaper', async () => {
    const { process } = await sold();

    expect((await facts(process, day('01-11'), { at: 'auto' }))[0]).toBe('now');
    expect((await facts(process, day('01-11'), { at: 'auto', plan: 'yearly' }))[0]).toBe(
      'period_end',
    );
  });

  test('to another interval counts periods anew, with the next number and what was used', async () => {
    const { process, id } = await sold();
    await take(await process.at(day('01-05')), 60);
    const scope = await process.at(day('01-11'));

    await changePlan(scope, { ...ann, plan: 'yearly' });

    expect(await balance(scope)).toMatchObject({
      available: 940,
      windows: [{ window: { reference: `${id}/calls/2` }, used: 60, granted: 1_000 }],
    });
    const { items } = await subscriptionPeriods(scope, { subscription: id });
    expect(items).toMatchObject([
      { number: 1, endsAt: new Date(day('01-11')), interval: 'P10D' },
      { number: 2, endsAt: new Date('2027-01-11T00:00:00Z'), interval: 'P1Y' },
    ]);
    expect(process.types().slice(-3)).toEqual([
      ...['subscription.plan_changed', 'subscription.reanchored', 'subscription.updated'],
    ]);
    await changePlan(scope, { ...ann, plan: 'small', usage: 'reset' });
    expect((await balance(scope)).available).toBe(100);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('keeps what was added by hand, and resets what is used where that was agreed', async () => {
    const { process } = await sold();
    const scope = await process.at(day('01-05'));
    await addFeature(scope, { ...ann, feature: 'sso' });
    await take(scope, 40);
    await take(scope, 5, 'exports');

    const changed = await changePlan(scope, { ...ann, plan: 'yearly', usage: 'reset' });

    expect(changed.features.map(({ feature }) => feature)).toEqual(['calls', 'sso']);
    expect((await balance(scope)).available).toBe(1_000);
    expect((await balance(scope, 'exports')).available).toBe(0);
    expect((await verify(scope)).broken).toEqual([]);
  });

  describe('at the end of the period', () => {
    test('holds from that instant on, whoever looks first, and is told in its place', async () => {
      const { process, id } = await sold();
      const early = await process.at(day('01-11'));
      await take(early, 30);
      process.heard.length = 0;
      const waiting = await changePlan(early, { ...ann, plan: 'large', at: 'period_end' });
      expect(waiting).toMatchObject({
        plan: 'small',
        scheduled: { plan: 'large', at: new Date(day('02-01')) },
      });
      expect((await balance(early)).available).toBe(70);

      const late = await process.at(day('02-01'));
      expect((await balance(late)).available).toBe(500);
      expect(await take(late, 500)).toBe(true);
      expect(process.types()).toEqual([
        ...['subscription.change_scheduled', 'subscription.updated', 'quota.reached'],
      ]);
      expect(await findSubscription(late, id)).toMatchObject({ plan: 'large', scheduled: null });

      process.heard.length = 0;
      const sweeper = await process.at(day('03-02'));
      for (let at = new Date(0); at <= sweeper.now; )
        at = (await announceDue(sweeper, { id, at: sweeper.now })).next;
      expect(process.types()).toEqual([
        ...['subscription.plan_changed', 'subscription.updated'],
        ...['subscription.renewed', 'subscription.renewed'],
      ]);
      expect(process.heard.at(-1)?.data).toMatchObject({ plan: 'large', period: 3 });
      expect((await verify(sweeper)).broken).toEqual([]);
    });

    test('with another interval begins that on the boundary', async () => {
      const { process, id } = await sold();
      await changePlan(await process.at(day('01-11')), {
        ...ann,
        plan: 'yearly',
        at: 'period_end',
      });

      const late = await process.at(day('07-01'));

      expect(await findSubscription(late, id)).toMatchObject({ plan: 'yearly', period: 'P1Y' });
      const { items } = await subscriptionPeriods(late, { subscription: id });
      expect(items.map(({ endsAt }) => endsAt)).toEqual([
        new Date(day('02-01')),
        new Date('2027-02-01T00:00:00Z'),
      ]);
      await changePlan(late, { ...ann, plan: 'large' });
      expect((await findSubscription(late, id))?.shifts).toEqual([
        { kind: 'anchor', at: new Date(day('02-01')), before: 'P1M' },
        { kind: 'anchor', at: new Date(day('07-01')), before: 'P1Y' },
      ]);
    });

    test('is one at a time, goes with a cancellation, and waits longer by a pause', async () => {
      const { process, id } = await sold();
      const scope = await process.at(day('01-11'));
      await changePlan(scope, { ...ann, plan: 'large', at: 'period_end' });
      await changePlan(scope, { ...ann, plan: 'yearly', at: 'period_end' });
      expect((await findSubscription(scope, id))?.scheduled?.plan).toBe('yearly');
      await pauseSubscription(scope, { ...ann });
      const back = await process.at(day('01-21'));
      await unpauseSubscription(back, { ...ann });
      expect(await findSubscription(await process.at(day('02-10')), id)).toMatchObject({
        plan: 'small',
      });
      expect(await findSubscription(await process.at(day('02-11')), id)).toMatchObject({
        plan: 'yearly',
      });

      await cancelSubscription(back, { ...ann });
      expect((await findSubscription(back, id))?.scheduled).toBeNull();
      await expect(
        changePlan(back, { ...ann, plan: 'large', at: 'period_end' }),
      ).rejects.toMatchObject({ code: 'invalid_state' });
    });
  });

  test('a level above the new ceiling is kept and told, or the change refused, as the plan says', async () => {
    const { process, id } = await sold('large');
    const scope = await process.at(day('01-11'));
    await seat(scope, 5);
    const shown = await previewChange(scope, { ...ann, plan: 'small' });
    expect(shown).toMatchObject({
      ...{ gained: ['exports'], lost: ['sso'] },
      overLimit: [{ feature: 'seats', used: 5, quota: 3, policy: 'freeze' }],
      quotas: [
        { feature: 'calls', before: 500, after: 100 },
        { feature: 'exports', before: null, after: 5 },
        { feature: 'seats', before: 10, after: 3 },
      ],
    });
    process.heard.length = 0;

    await expect(changePlan(scope, { ...ann, plan: 'strict' })).rejects.toMatchObject({
      ...{ code: 'limit_exceeded', details: { feature: 'seats', used: 5, quota: 2 } },
    });
    expect(await findSubscription(scope, id)).toMatchObject({ plan: 'large', revision: 0 });
    await changePlan(scope, { ...ann, plan: 'small' });

    expect(process.heard.find(({ type }) => type === 'quota.over_limit')?.data).toEqual({
      ...{ feature: 'seats', used: 5, quota: 3 },
    });
    expect([await seat(scope, 6), await seat(scope, 3), await seat(scope, 4)]).toEqual([
      ...[false, true, false],
    ]);
  });

  test('a preview is taken at its word, or refused where what it was made from has moved', async () => {
    const { process } = await sold();
    const { token } = await previewChange(await process.at(day('01-11')), {
      ...ann,
      plan: 'large',
    });
    const soon = await process.at('2026-01-11T00:20:00Z');

    const other = { ...ann, plan: 'large', proration: 'full' as const, preview: token };
    await expect(changePlan(soon, other)).rejects.toMatchObject({ code: 'preview_stale' });
    const late = await process.at('2026-01-11T00:31:00Z');
    await expect(changePlan(late, { ...ann, plan: 'large', preview: token })).rejects.toMatchObject(
      { code: 'preview_stale' },
    );
    await expect(
      changePlan(soon, { ...ann, plan: 'large', preview: 'made up' }),
    ).rejects.toMatchObject({ code: 'preview_stale' });
    expect(process.heard).toEqual([]);

    await changePlan(soon, { ...ann, plan: 'large', preview: token });
    expect(
      process.heard.find(({ type }) => type === 'subscription.plan_changed')?.data,
    ).toMatchObject({
      cost: { charge: 4_200, credit: 2_100, due: 2_100 },
    });
    const again = { ...ann, plan: 'large', preview: token };
    await expect(changePlan(soon, again)).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('what was paid too much goes to the wallet where the setting says so', async () => {
    const { process } = await sold('large');
    const scope = await process.at(day('01-11'));
    await setSetting(scope, { key: 'subscriptions.creditProration', value: true });

    await changePlan(scope, { ...ann, plan: 'small' });

    expect((await balance(scope, 'EUR')).available).toBe(2_100);
  });

  test('is refused where it makes no sense, and nothing is written', async () => {
    const { process, id } = await sold();
    const scope = await process.at(day('01-11'));
    const refusals: [object, string][] = [
      [{ plan: 'small' }, 'invalid_state'],
      [{ plan: 'nowhere' }, 'plan_unknown'],
      [{ plan: 'large', version: 7 }, 'plan_unknown'],
      [{ plan: 'yearly', selfService: true }, 'forbidden'],
      [{ plan: 'dollars' }, 'validation'],
      [{ plan: 'large', currency: 'USD' }, 'validation'],
      [{ plan: 'large', at: 'later' }, 'validation'],
      [{ plan: 'extra', at: 'period_end' }, 'validation'],
      [{ plan: 'large', subscription: 'sub_of_bob' }, 'not_found'],
      [{ plan: 'large', colour: 'red' }, 'validation'],
    ];
    for (const [input, code] of refusals)
      await expect(changePlan(scope, { ...ann, ...input } as never)).rejects.toMatchObject({
        code,
      });
    expect(await findSubscription(scope, id)).toMatchObject({ plan: 'small', revision: 0 });
    await expect(previewChange(scope, { customer: 'nobody', plan: 'large' })).rejects.toMatchObject(
      { code: 'not_found' },
    );
    const forever = await sold('forever');
    await expect(
      changePlan(await forever.process.at(day('01-11')), {
        ...ann,
        plan: 'large',
        at: 'period_end',
      }),
    ).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('past periods keep what was granted and used in them, also of features that are gone', async () => {
    const { process, id } = await sold();
    await take(await process.at(day('01-05')), 60);
    await take(await process.at(day('02-05')), 30);
    await take(await process.at(day('02-05')), 2, 'exports');
    await changePlan(await process.at(day('02-10')), { ...ann, plan: 'yearly' });
    await take(await process.at(day('02-20')), 7);
    await changePlan(await process.at(day('03-01')), { ...ann, plan: 'strict' });

    const scope = await process.at(day('03-02'));
    const { items } = await subscriptionPeriods(scope, { subscription: id, usage: true });

    expect(items.map(({ usage }) => usage)).toEqual([
      [{ feature: 'calls', granted: 100, used: 60 }],
      [{ feature: 'calls', granted: 30, used: 30 }],
      [{ feature: 'calls', granted: 7, used: 7 }],
      [],
    ]);
    const bare = await subscriptionPeriods(scope, { subscription: id, limit: 1 });
    expect(bare.items[0]).not.toHaveProperty('usage');
  });

  test('nothing rolls over into a plan from before it, and from then on all does', async () => {
    const { process } = await sold();
    const scope = await process.at(day('03-10'));

    await changePlan(scope, { ...ann, plan: 'saving' });
    expect([(await balance(scope)).available, (await balance(scope, 'exports')).available]).toEqual(
      [100, 6],
    );
    const next = await process.at(day('04-02'));
    expect([(await balance(next)).available, (await balance(next, 'exports')).available]).toEqual([
      180, 12,
    ]);

    await changePlan(next, { ...ann, plan: 'small', at: 'period_end' });
    const small = await process.at(day('05-02'));
    expect((await balance(small)).available).toBe(100);
    await changePlan(small, { ...ann, plan: 'saving', at: 'period_end' });
    expect((await balance(await process.at(day('06-02')))).available).toBe(100);
    expect((await balance(await process.at(day('07-02')))).available).toBe(180);
    await changePlan(await process.at(day('07-03')), { ...ann, plan: 'saving', usage: 'reset' });
    const end = await process.at(day('07-04'));
    expect((await balance(end)).available).toBe(100);
    expect((await verify(end)).broken).toEqual([]);
  });

  test('a feature that is added later brings no rollover of time before it', async () => {
    const { process } = await sold();
    const scope = await process.at(day('04-10'));

    await addFeature(scope, {
      ...ann,
      feature: { code: 'exports', quota: 4, rollover: { max: 4 } },
    }).catch(() => {});
    const { process: other } = await sold('yearly');
    const later = await other.at('2027-02-10T00:00:00.000Z');
    await addFeature(later, {
      ...ann,
      feature: { code: 'exports', quota: 4, rollover: { max: 4 } },
    });

    expect((await balance(later, 'exports')).available).toBe(4);
    expect((await balance(await other.at('2028-02-10T00:00:00.000Z'), 'exports')).available).toBe(
      8,
    );
  });
});
