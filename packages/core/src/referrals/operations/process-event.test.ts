/** Events that wait or have failed: kept with what went wrong, tried again by one at a time, and paid once. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { clean } from '#test/fresh-books.ts';
import { chain, describeReferrals, setTrigger } from '#test/referrers.ts';
import { findCustomer } from '../../customers/index.ts';
import { type Scope, sql, text } from '../../kernel/index.ts';
import { readBalance, verify } from '../../ledger/index.ts';
import { completeEvent } from '../complete-event.ts';
import { payoutOf } from '../payout.ts';
import { defineTrigger, type Triggers } from '../triggers.ts';
import { forgetReferrals } from './forget-referrals.ts';
import { listRewardEvents } from './list-reward-events.ts';
import { listRewards } from './list-rewards.ts';
import { processEvent, retryEvent } from './process-event.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';

const points = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).settled;

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

/** The same tenant in a process whose host names other triggers. */
const knowing = (scope: Scope, triggers: Triggers): Scope => ({
  ...scope,
  ports: { ...scope.ports, triggers: { ...scope.ports.triggers, ...triggers } },
});

const pays = { unit: 'points', actor: { fixed: 5 }, levels: [{ level: 1, fixed: 3 }] };
const visit = { alias: 'visit', customer: 'bob' };
const breaks = (message: string): Triggers => ({
  visit: {
    baseAmount: () => {
      throw new Error(message);
    },
  },
});

const jobsOf = (scope: Scope) =>
  scope.many(
    sql`select payload ->> 'event' as event from bursar.jobs where tenant_id = ${scope.tenant.id}::int and kind = 'reward_event'`,
    (row) => text(row.event),
  );

/** As if whoever had it in hand had died five minutes ago. */
const abandon = (scope: Scope, event: string) =>
  scope.run(sql`
    update bursar.reward_events
       set status = 'processing', attempts = attempts + 1, lease_until = clock_timestamp() - interval '1 second'
     where (tenant_id, id) = (${scope.tenant.id}::int, ${event}::text)`);

describeReferrals('an event that cannot be processed', (fresh) => {
  test('is kept as failed with what went wrong, pays nothing, and is tried again by a job', async () => {
    const { scope, news } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', pays);

    const unnamed = await trigger(scope, { alias: 'toString', customer: 'bob' });
    const broken = await trigger(knowing(scope, breaks('no price today')), visit);

    expect(unnamed).toMatchObject({ status: 'failed', attempts: 1, rewards: [], base: null });
    expect(broken).toMatchObject({
      status: 'failed',
      lastError: 'no price today',
      replayed: false,
    });
    expect(await jobsOf(scope)).toEqual([unnamed.event, broken.event]);
    expect((await listRewards(scope, {})).items).toEqual([]);
    const failed = news.filter(({ type }) => type === 'reward_event.failed');
    expect(failed.map(({ data }) => [data.event, data.attempt, data.code])).toEqual([
      [unnamed.event, 1, 'not_found'],
      [broken.event, 1, null],
    ]);
  });

  test('is what its external id stands for: the same again pays nothing, other content is refused', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'sale', { unit: 'points', actor: { basisPoints: 100 } });
    const rateless = { ...scope, ports: { ...scope.ports, rates: undefined } };
    const ask = {
      ...{ alias: 'sale', customer: 'bob', externalId: 'o1' },
      payload: { cents: 10_000 },
    };
    const first = await trigger(rateless, ask);

    const again = await trigger(scope, ask);
    const other = await codeOf(trigger(scope, { ...ask, payload: { cents: 20_000 } }));
    const retried = await retryEvent(scope, { event: first.event });

    expect(first.status).toBe('failed');
    expect(again).toEqual({ ...first, replayed: true });
    expect(other).toBe('idempotency_conflict');
    expect(retried).toMatchObject({ status: 'processed', attempts: 2, replayed: false });
    expect(await trigger(scope, ask)).toEqual({ ...retried, replayed: true });
    expect(await points(scope, 'bob')).toBe(3);
  });

  test('leaves no part of what it paid before it failed', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    const most = Number.MAX_SAFE_INTEGER;
    const rich = { unit: 'points', actor: { fixed: 5 }, levels: [{ level: 1, fixed: most }] };
    await setTrigger(scope, 'visit', rich);
    await trigger(scope, visit);

    const done = await trigger(scope, visit);
    const retried = await retryEvent(scope, { event: done.event, reason: 'again' });
    const inHosts = scope.transaction((inner) => trigger(inner, visit));
    await expect(inHosts).rejects.toThrow();

    expect([done, retried].map(({ status, attempts }) => [status, attempts])).toEqual([
      ['failed', 1],
      ['failed', 2],
    ]);
    expect([await points(scope, 'bob'), await points(scope, 'ann')]).toEqual([5, most]);
    expect((await listRewardEvents(scope, {})).items).toHaveLength(2);
    expect(await verify(scope)).toEqual(clean);
  });

  test('is queued only with a payload that JSON leaves as it is', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 5 } });
    const queued = (payload: unknown) =>
      trigger(scope, { ...visit, payload, queue: true }).then(
        ({ status }) => status,
        (error: { code?: string }) => error.code,
      );

    for (const payload of [{ a: 1, b: undefined, c: [{ d: null }] }, 'text', undefined])
      expect(await queued(payload)).toBe('pending');
    for (const payload of [
      { at: new Date(0) },
      new Map([[1, 2]]),
      { worth: Number.NaN },
      [undefined],
    ])
      expect(await queued(payload)).toBe('validation');
    expect((await listRewardEvents(scope, {})).items).toHaveLength(3);
  });

  test('is processed later, by whoever knows the alias, and blocks no subject meanwhile', async () => {
    const { scope } = await fresh();
    const fired = {
      alias: 'photo.of_the_day',
      customer: 'bob',
      subject: { type: 'Photo', id: '1' },
    };
    await setTrigger(scope, fired.alias, { unit: 'points', actor: { fixed: 5 } });
    const old = { ...scope, ports: { ...scope.ports, triggers: {} } };

    const failed = await trigger(old, fired);
    const second = await trigger(scope, fired);
    const late = await retryEvent(scope, { event: failed.event });

    expect(failed).toMatchObject({ status: 'failed', externalId: 'Photo:1:photo_of_the_day:v1' });
    expect([second.status, late.status, late.skipReason]).toEqual([
      ...['processed', 'skipped', 'exclusive'],
    ]);
    expect(await points(scope, 'bob')).toBe(5);
  });

  test('cannot be reversed, nor processed once it was passed over', async () => {
    const { scope } = await fresh();
    const failed = await trigger(scope, { alias: 'none', customer: 'bob' });
    const skipped = await trigger(scope, visit);

    expect(await codeOf(reverseEvent(scope, { event: failed.event }))).toBe('not_reversible');
    expect(await codeOf(retryEvent(scope, { event: skipped.event }))).toBe('invalid_state');
    expect(await codeOf(retryEvent(scope, { event: 'rev_none' }))).toBe('not_found');
  });

  test('forgets the payload of a person who is erased', async () => {
    const { scope } = await fresh();
    const alias = 'none';
    const { event } = await trigger(scope, { alias, customer: 'bob', payload: { name: 'Bob' } });
    const bob = await findCustomer(scope, 'bob');

    await forgetReferrals(scope, bob?.id ?? 0);

    const row = await scope.one(
      sql`select asked::text as asked from bursar.reward_events where id = ${event}::text`,
      (one) => text(one.asked),
    );
    expect(row).toBe('{}');
    expect((await listRewardEvents(scope, {})).items[0]?.lastError).toBeNull();
  });
});

describeReferrals('an event that is queued', (fresh) => {
  test('waits, pays nothing before it is processed, and is paid once', async () => {
    const { scope, news } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', pays);
    const ask = { ...visit, externalId: 'v1', queue: true };

    const queued = await trigger(scope, ask);
    const again = await trigger(scope, ask);
    const before = await points(scope, 'bob');
    const first = await processEvent(scope, { event: queued.event });
    const second = await processEvent(scope, { event: queued.event });

    expect(queued).toMatchObject({ status: 'pending', attempts: 0, rewards: [], replayed: false });
    expect(again).toEqual({ ...queued, replayed: true });
    expect([before, first, second]).toEqual([0, { error: null }, null]);
    expect([await points(scope, 'bob'), await points(scope, 'ann')]).toEqual([5, 3]);
    expect(await jobsOf(scope)).toEqual([queued.event]);
    const types = news.map(({ type }) => type).filter((type) => type.startsWith('reward'));
    expect(types).toEqual([
      ...['reward_event.recorded', 'reward.paid', 'reward.paid', 'reward_event.processed'],
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('keeps its payload until it is processed, and refuses one that cannot be kept', async () => {
    const { scope } = await fresh();
    const when = defineTrigger({
      payload: z.object({ at: z.date() }),
      baseAmount: () => ({ amount: 1, unit: 'points' }),
    });
    const dated = knowing(scope, { visit: when });
    const ask = { ...visit, queue: true };
    const codes = [
      await codeOf(trigger(dated, { ...ask, payload: { at: new Date() } })),
      await codeOf(trigger(scope, { ...ask, payload: { long: 'x'.repeat(70_000) } })),
      await codeOf(trigger(scope, { ...ask, alias: 'sale', payload: { cents: -1 } })),
    ];

    expect(codes).toEqual(['validation', 'validation', 'validation']);
    expect((await listRewardEvents(scope, {})).items).toEqual([]);
  });

  test('is in one pair of hands: another’s try waits for the lease, and who lost it ends nothing', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 5 } });
    const { event, externalId } = await trigger(scope, { ...visit, queue: true });
    await scope.run(sql`
      update bursar.reward_events
         set status = 'processing', attempts = 1, lease_until = clock_timestamp() + interval '5 minutes'
       where (tenant_id, id) = (${scope.tenant.id}::int, ${event}::text)`);
    const actor = await findCustomer(scope, 'bob');
    if (!actor) throw new Error('Nobody is bob.');
    const lost = { event, externalId, alias: 'visit', subject: null, actor, attempt: 1 };
    const payout = await payoutOf(scope, visit);

    const meanwhile = await codeOf(retryEvent(scope, { event }));
    await abandon(scope, event);
    const taken = await retryEvent(scope, { event });
    const late = await scope.transaction((inner) => completeEvent(inner, lost, payout));

    expect([meanwhile, taken.status, taken.attempts]).toEqual(['invalid_state', 'processed', 3]);
    expect(late).toBe(false);
    expect(await points(scope, 'bob')).toBe(5);
  });

  test('that forty process at once pays once, and a subject that forty are queued for once', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 5 } });
    await setTrigger(scope, 'photo.of_the_day', { unit: 'points', actor: { fixed: 7 } });
    const { event } = await trigger(scope, { ...visit, queue: true });
    const day = { ...visit, alias: 'photo.of_the_day', subject: { type: 'Photo', id: '1' } };
    const events = [];
    for (let index = 0; index < 40; index += 1)
      events.push((await trigger(scope, { ...day, queue: true })).event);

    const same = await Promise.all(
      Array.from({ length: 40 }, () => processEvent(scope, { event })),
    );
    await Promise.all(events.map((one) => processEvent(scope, { event: one })));

    expect(same.filter((one) => one !== null)).toHaveLength(1);
    expect(await points(scope, 'bob')).toBe(12);
    const { items } = await listRewardEvents(scope, { status: 'skipped', limit: 100 });
    expect(items).toHaveLength(39);
    expect(await verify(scope)).toEqual(clean);
  });
});
