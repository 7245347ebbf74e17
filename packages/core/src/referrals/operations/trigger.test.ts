/** Rewards: paid once for what happened, to whom the setting says, when it says. */
import { expect, test } from 'vitest';
import { clean } from '#test/fresh-books.ts';
import { chain, describeReferrals, setTrigger } from '#test/referrers.ts';
import { ensureCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { listEntries, readBalance, verify } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { listRewardEvents } from './list-reward-events.ts';
import { listRewards } from './list-rewards.ts';
import { trigger } from './trigger.ts';

const percent = [
  { level: 1, basisPoints: 1_000 },
  { level: 2, basisPoints: 500 },
  { level: 3, basisPoints: 250 },
];

const points = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).available;

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

describeReferrals('a trigger', (fresh) => {
  test('pays whoever did it and each level above, in one go, and says so', async () => {
    const { scope, news } = await fresh();
    await chain(scope, 'ann', 'bob', 'cid', 'dan', 'eve');
    await setTrigger(scope, 'sale', { unit: 'points', actor: { fixed: 5 }, levels: percent });

    const done = await trigger(scope, {
      ...{ alias: 'sale', customer: 'eve', externalId: 'o1' },
      payload: { cents: 10_000 },
    });

    // 100 euros are 300 points.
    expect(done).toMatchObject({
      ...{ status: 'processed', replayed: false, base: { amount: 10_000, unit: 'EUR' } },
      rate: { of: '3', per: '1', source: 'fixed', at: expect.any(Date) },
      rewards: [
        { customer: 'eve', kind: 'actor', level: 0, amount: 5, unit: 'points' },
        { customer: 'dan', kind: 'upline', level: 1, amount: 30 },
        { customer: 'cid', kind: 'upline', level: 2, amount: 15 },
        { customer: 'bob', kind: 'upline', level: 3, amount: 8 },
      ],
    });
    const balances = ['eve', 'dan', 'cid', 'bob', 'ann'].map((one) => points(scope, one));
    expect(await Promise.all(balances)).toEqual([5, 30, 15, 8, 0]);
    const { items } = await listEntries(scope, { customer: 'dan', unit: 'points' });
    expect(items).toMatchObject([{ reference: { type: 'reward_event', id: done.event } }]);
    const paid = news.filter(({ type }) => type === 'reward.paid');
    expect(paid.map(({ customer, data }) => [customer, data.amount])).toEqual([
      ...[
        ['eve', 5],
        ['dan', 30],
        ['cid', 15],
        ['bob', 8],
      ],
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('under one external id pays once, also twice in one transaction, and of another worth not at all', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'sale', { unit: 'points', levels: percent });
    const ask = { alias: 'sale', customer: 'bob', externalId: 'o1', payload: { cents: 1_000 } };

    const [first, second] = await scope.transaction(async (inner) => [
      await trigger(inner, ask),
      await trigger(inner, ask),
    ]);
    const again = await trigger(scope, ask);
    const others = [
      await codeOf(trigger(scope, { ...ask, payload: { cents: 9_000 } })),
      await codeOf(trigger(scope, { ...ask, customer: 'eve' })),
    ];

    expect([first?.replayed, second?.replayed, again.replayed]).toEqual([false, true, true]);
    expect(again.rewards).toEqual(first?.rewards);
    expect(others).toEqual(['idempotency_conflict', 'idempotency_conflict']);
    expect(await points(scope, 'ann')).toBe(3);
    expect((await listRewards(scope, { customer: 'ann' })).items).toHaveLength(1);
  });

  test('that is off is recorded, pays nothing, and stays so when it is on', async () => {
    const { scope, news } = await fresh();
    await chain(scope, 'ann', 'bob');
    const ask = { alias: 'visit', customer: 'bob', externalId: 'v1' };

    const off = await trigger(scope, ask);
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 5 } });
    const late = await trigger(scope, ask);

    expect(off).toMatchObject({ status: 'skipped', rewards: [], replayed: false });
    expect(late).toMatchObject({ status: 'skipped', rewards: [], replayed: true });
    expect(await points(scope, 'bob')).toBe(0);
    expect(news.map(({ type }) => type)).toContain('reward_event.skipped');
  });

  test('whose payload or unit is wrong writes nothing, and neither does a setting that nobody named', async () => {
    const { scope } = await fresh();
    await ensureCustomer(scope, { customer: 'bob' });
    await setTrigger(scope, 'visit', { unit: 'points', actor: { basisPoints: 100 } });

    const codes = [
      await codeOf(trigger(scope, { alias: 'sale', customer: 'bob', payload: { cents: -1 } })),
      await codeOf(setTrigger(scope, 'sale', { unit: 'api-calls' })),
      await codeOf(setTrigger(scope, 'sale', { unit: 'points', levels: [...percent, ...percent] })),
      await codeOf(
        setTrigger(scope, 'sale', {
          ...{ unit: 'points', actor: { basisPoints: 9_000 } },
          levels: [{ level: 1, basisPoints: 1_001 }],
        }),
      ),
      await codeOf(setTrigger(scope, 'none', { unit: 'points' })),
    ];

    expect(codes).toEqual([
      ...['validation', 'validation', 'validation', 'validation', 'not_found'],
    ]);
    expect((await listRewardEvents(scope, {})).items).toEqual([]);
    const worth = await trigger(scope, { alias: 'visit', customer: 'bob', amount: 500 });
    expect(worth.rewards).toMatchObject([{ amount: 5 }]);
  });

  test('pays no level while referrals are off, and none that nobody has', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', {
      ...{ unit: 'points', actor: { fixed: 2 } },
      levels: [
        { level: 1, fixed: 3 },
        { level: 2, fixed: 4 },
      ],
    });

    const on = await trigger(scope, { alias: 'visit', customer: 'bob' });
    await setSetting(scope, { key: 'referrals.enabled', value: false });
    const off = await trigger(scope, { alias: 'visit', customer: 'bob' });

    expect(on.rewards.map(({ amount }) => amount)).toEqual([2, 3]);
    expect(off.rewards.map(({ amount }) => amount)).toEqual([2]);
  });

  test('that matures later counts at that instant and not before', async () => {
    const { scope, at } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 9 }, matures: 'P14D' });

    const done = await trigger(scope, { alias: 'visit', customer: 'bob' });

    expect(done.rewards[0]?.maturesAt).toEqual(new Date('2026-01-24T12:00:00Z'));
    expect(await points(await at('2026-01-24T11:59:59.999Z'), 'bob')).toBe(0);
    expect(await points(await at('2026-01-24T12:00:00Z'), 'bob')).toBe(9);
    expect(await verify(await at('2026-01-25T00:00:00Z'))).toEqual(clean);
  });

  test('pays a sponsor no more than a day’s and a month’s cap, cut to what is left', async () => {
    const { scope, at } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', {
      ...{ unit: 'points', levels: [{ level: 1, fixed: 4 }], actor: { fixed: 1 } },
      ...{ perDay: 10, perMonth: 13 },
    });
    const visits = async (one: Scope, count: number) => {
      for (let index = 0; index < count; index += 1)
        await trigger(one, { alias: 'visit', customer: 'bob' });
    };

    await visits(scope, 5);
    const today = await points(scope, 'ann');
    await visits(await at('2026-01-11T00:00:00Z'), 5);
    const month = await points(scope, 'ann');
    await visits(await at('2026-02-01T00:00:00Z'), 1);

    expect([today, month, await points(scope, 'ann')]).toEqual([10, 13, 17]);
    expect(await points(scope, 'bob')).toBe(11);
  });

  test('a ceiling is no matter: what is earned is paid', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 1_000_001 } });

    await trigger(scope, { alias: 'visit', customer: 'bob' });

    expect(await points(scope, 'bob')).toBe(1_000_001);
  });

  test('forty at once under one external id pay once', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', { unit: 'points', levels: [{ level: 1, fixed: 4 }] });

    const done = await Promise.all(
      Array.from({ length: 40 }, () =>
        trigger(scope, { alias: 'visit', customer: 'bob', externalId: 'v' }),
      ),
    );

    expect(done.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await points(scope, 'ann')).toBe(4);
  });
});
