/** What a trigger is capable of: once at a time for a subject, and no award that its host has ruled out. */
import { expect, test } from 'vitest';
import { chain, describeReferrals, setTrigger, triggers } from '#test/referrers.ts';
import type { Scope } from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';

const day = { alias: 'photo.of_the_day', customer: 'bob', subject: { type: 'Photo', id: '31' } };

const points = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).available;

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

describeReferrals('an exclusive trigger', (fresh) => {
  test('pays once for a subject until all of it is reversed', async () => {
    const { scope, news } = await fresh();
    await setTrigger(scope, day.alias, { unit: 'points', actor: { fixed: 10 } });

    const first = await trigger(scope, day);
    const second = await trigger(scope, { ...day, customer: 'eve' });
    const other = await trigger(scope, { ...day, subject: { type: 'Photo', id: '32' } });
    const half = { event: first.event, basisPoints: 5_000, idempotencyKey: 'half' };
    await reverseEvent(scope, half);
    const third = await trigger(scope, day);
    await reverseEvent(scope, { event: first.event });
    const fourth = await trigger(scope, day);

    const seen = [first, second, other, third, fourth];
    expect(seen.map(({ status, skipReason }) => [status, skipReason])).toEqual([
      ['processed', null],
      ['skipped', 'exclusive'],
      ['processed', null],
      ['skipped', 'exclusive'],
      ['processed', null],
    ]);
    expect(fourth.externalId).toBe('Photo:31:photo_of_the_day:v4');
    expect([await points(scope, 'bob'), await points(scope, 'eve')]).toEqual([20, 0]);
    const skipped = news.filter(({ type }) => type === 'reward_event.skipped');
    expect(skipped.map(({ data }) => data.reason)).toEqual(['exclusive', 'exclusive']);
  });

  test('is not blocked by what was skipped, and without a subject by nothing', async () => {
    const { scope } = await fresh();

    const off = await trigger(scope, day);
    await setTrigger(scope, day.alias, { unit: 'points', actor: { fixed: 10 } });
    const on = await trigger(scope, day);
    const { subject: _subject, ...plain } = day;
    const free = [await trigger(scope, plain), await trigger(scope, plain)];

    expect([off.skipReason, on.status]).toEqual(['disabled', 'processed']);
    expect(free.map(({ status }) => status)).toEqual(['processed', 'processed']);
  });

  test('says the same again under one external id, also when it stands no more', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, day.alias, { unit: 'points', actor: { fixed: 10 } });
    const first = await trigger(scope, { ...day, externalId: 'a' });
    const ignored = await trigger(scope, { ...day, externalId: 'b' });
    await reverseEvent(scope, { event: first.event });

    const again = await trigger(scope, { ...day, externalId: 'b' });

    expect(again).toEqual({ ...ignored, replayed: true });
    expect(await points(scope, 'bob')).toBe(0);
  });

  test('that fifty fire at once pays once', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, day.alias, { unit: 'points', actor: { fixed: 10 } });

    const done = await Promise.all(Array.from({ length: 50 }, () => trigger(scope, day)));

    expect(done.filter(({ status }) => status === 'processed')).toHaveLength(1);
    expect(new Set(done.map(({ externalId }) => externalId)).size).toBe(50);
    expect(await points(scope, 'bob')).toBe(10);
  });
});

describeReferrals('a capability', (fresh) => {
  test('refuses a setting that goes beyond it', async () => {
    const { scope } = await fresh();
    const levels = [{ level: 1, fixed: 3 }];
    const parts = [{ level: 1, basisPoints: 300 }];

    const codes = [];
    for (const [alias, value] of [
      ['cashback', { actor: { fixed: 3 } }],
      ['cashback', { levels: parts }],
      ['bonus', { levels: parts }],
      ['bonus', { actor: { fixed: 3 } }],
      ['shared', { levels: parts }],
      ['cashback', { actor: { basisPoints: 300 } }],
      ['bonus', { levels }],
      ['shared', { levels: parts, basis: 'actor' }],
      ['shared', { levels }],
    ] as const)
      codes.push(await codeOf(setTrigger(scope, alias, { unit: 'points', ...value })));

    const fault = 'validation';
    expect(codes).toEqual([fault, fault, fault, fault, fault, null, null, null, null]);
  });

  test('that came after its setting is kept to: nothing beyond it is paid', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    const actor = { fixed: 2 };
    await setTrigger(scope, 'visit', { unit: 'points', actor, levels: [{ level: 1, fixed: 3 }] });
    const later = { ...triggers, visit: { capabilities: { levels: false } } };
    const changed = { ...scope, ports: { ...scope.ports, triggers: later } };

    const done = await trigger(changed, { alias: 'visit', customer: 'bob' });

    expect(done.rewards.map(({ kind, amount }) => [kind, amount])).toEqual([['actor', 2]]);
  });
});
