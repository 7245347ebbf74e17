/** What a reversal could not take: collected once there is something, or written off, and told for as long as it is open. */
import { expect, test } from 'vitest';
import { clean } from '#test/fresh-books.ts';
import { chain, describeReferrals, setTrigger } from '#test/referrers.ts';
import { listAudit } from '../../audit/index.ts';
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { credit, listEntries, readBalance, spend, verify } from '../../ledger/index.ts';
import { collectOutstanding } from './collect-outstanding.ts';
import { listRewardEvents } from './list-reward-events.ts';
import { listRewards } from './list-rewards.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';
import { writeOffOutstanding } from './write-off-outstanding.ts';

const points = { unit: 'points', source: 'test' } as const;
const settled = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).settled;
const give = (scope: Scope, customer: string, amount: number) =>
  credit(scope, { customer, amount, ...points });
const use = (scope: Scope, customer: string, amount: number) =>
  spend(scope, { customer, amount, ...points, request: null });
const reason = 'as agreed';

/** Ann was paid 100 and bob 10; they have spent 60 and 10 of it when all is reversed. */
async function spentAndReversed(scope: Scope) {
  await chain(scope, 'ann', 'bob');
  const value = { unit: 'points', actor: { fixed: 10 }, levels: [{ level: 1, fixed: 100 }] };
  await setTrigger(scope, 'visit', value);
  const { event } = await trigger(scope, { alias: 'visit', externalId: 'v1', customer: 'bob' });
  await use(scope, 'ann', 60);
  await use(scope, 'bob', 10);
  const { event: reversal } = await reverseEvent(scope, { event });
  return { event, reversal };
}

const audited = async (scope: Scope) =>
  (await listAudit(scope, {})).items.map(({ operation, facts, subject }) => ({
    ...{ operation, facts, subject: subject?.id },
  }));

describeReferrals('what a reversal left outstanding', (fresh) => {
  test('is collected as far as it is there, once per key, and the rest stays open', async () => {
    const { scope, news } = await fresh();
    const { event, reversal } = await spentAndReversed(scope);
    await give(scope, 'ann', 25);

    const input = { reversal, idempotencyKey: 'k', reason };
    const first = await collectOutstanding(scope, input);
    await give(scope, 'ann', 5);
    const again = await collectOutstanding(scope, input);

    expect(first).toMatchObject({
      ...{ event: reversal, reverses: event, status: 'partly_reversed', outstanding: 45 },
      ...{ collected: 25, replayed: false },
      rewards: [
        { customer: 'bob', amount: -10, outstanding: 10, writtenOff: 0 },
        { customer: 'ann', amount: -100, outstanding: 35, writtenOff: 0 },
      ],
    });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await settled(scope, 'ann')).toBe(5);
    const [entry] = (
      await listEntries(scope, { customer: 'ann', unit: 'points', limit: 2 })
    ).items.filter(({ kind }) => kind === 'reversal');
    expect(entry).toMatchObject({
      ...{ amount: -25, reference: { type: 'reward_event', id: reversal } },
    });
    const told = news.filter(({ type }) => type === 'reward_event.collected');
    expect(told).toMatchObject([
      {
        subject: { type: 'reward_event', id: event },
        data: {
          ...{ event, reversal, trigger: 'visit', externalId: 'v1' },
          ...{ unit: 'points', amount: 25, outstanding: 45 },
        },
      },
    ]);
    expect(await audited(scope)).toEqual([
      {
        ...{ operation: 'referrals.collect', subject: reversal },
        facts: { collected: 25, unit: 'points' },
      },
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('is never collected beyond what is open, nor from what is set aside, and of one alone where one is named', async () => {
    const { scope } = await fresh();
    const { reversal } = await spentAndReversed(scope);
    await give(scope, 'ann', 500);
    await give(scope, 'bob', 500);
    const hold = { id: 'hld_1', expiresAt: null };
    await spend(scope, { customer: 'bob', amount: 497, ...points, hold, request: null });

    const anns = await collectOutstanding(scope, { reversal, customer: 'ann' });
    const bobs = await collectOutstanding(scope, { reversal });
    const nothing = await collectOutstanding(scope, { reversal });

    expect([anns.collected, bobs.collected, nothing.collected]).toEqual([60, 3, 0]);
    expect([await settled(scope, 'ann'), await settled(scope, 'bob')]).toEqual([440, 497]);
    expect(nothing).toMatchObject({ status: 'partly_reversed', outstanding: 7 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('is written off with a reason, and nothing moves', async () => {
    const { scope, news } = await fresh();
    const { event, reversal } = await spentAndReversed(scope);
    await give(scope, 'ann', 25);
    const entries = () =>
      scope.one(
        sql`select count(*) as n from bursar.entries where tenant_id = ${scope.tenant.id}::int`,
        (row) => integer(row.n),
      );
    const before = await entries();

    const anns = await writeOffOutstanding(scope, { reversal, customer: 'ann', reason });
    const input = { reversal, reason, idempotencyKey: 'k' };
    const rest = await writeOffOutstanding(scope, input);
    const again = await writeOffOutstanding(scope, input);
    const none = await writeOffOutstanding(scope, { reversal, reason });
    const late = await collectOutstanding(scope, { reversal });

    expect(anns).toMatchObject({ writtenOff: 60, status: 'partly_reversed', outstanding: 10 });
    expect(rest).toMatchObject({
      ...{ writtenOff: 10, status: 'processed', outstanding: 0, replayed: false },
      rewards: [
        { customer: 'bob', amount: -10, outstanding: 0, writtenOff: 10 },
        { customer: 'ann', amount: -100, outstanding: 0, writtenOff: 60 },
      ],
    });
    expect(again).toEqual({ ...rest, replayed: true });
    expect([none.writtenOff, late.collected, await settled(scope, 'ann')]).toEqual([0, 0, 25]);
    expect(await entries()).toBe(before);
    const told = news.filter(({ type }) => type === 'reward_event.written_off');
    expect(told.map(({ data }) => [data.event, data.amount, data.outstanding])).toEqual([
      [event, 60, 10],
      [event, 10, 0],
    ]);
    expect((await audited(scope)).map(({ facts }) => facts)).toEqual([
      { writtenOff: 10, unit: 'points' },
      { writtenOff: 60, unit: 'points' },
    ]);
  });

  test('is told of the reversal and of what it reversed for as long as it is open, and listed', async () => {
    const { scope } = await fresh();
    const { event, reversal } = await spentAndReversed(scope);
    const other = await trigger(scope, { alias: 'visit', externalId: 'v2', customer: 'bob' });
    const open = async () => {
      const { items } = await listRewardEvents(scope, { outstanding: true });
      return items.map((one) => [one.event, one.status, one.outstanding]);
    };
    const others = async () =>
      (await listRewardEvents(scope, { outstanding: false })).items.map((one) => one.event);
    const owed = async () =>
      (await listRewards(scope, { outstanding: true })).items.map((one) => one.customer);

    expect(await open()).toEqual([
      [reversal, 'partly_reversed', 70],
      [event, 'partly_reversed', 70],
    ]);
    expect(await others()).toEqual([other.event]);
    expect(await owed()).toEqual(['ann', 'bob']);
    // What ann was paid since is there to take.
    await collectOutstanding(scope, { reversal });
    expect(await open()).toEqual([]);
    expect(await owed()).toEqual([]);
    expect(await others()).toEqual([other.event, reversal, event]);
    expect((await listRewards(scope, { outstanding: false, customer: 'ann' })).items).toHaveLength(
      3,
    );
  });

  test('stays reversible in shares while something of an earlier share is open', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', { unit: 'points', levels: [{ level: 1, fixed: 100 }] });
    const { event } = await trigger(scope, { alias: 'visit', externalId: 'v1', customer: 'bob' });
    await use(scope, 'ann', 100);

    const share = { event, basisPoints: 4_000 };
    const first = await reverseEvent(scope, { ...share, idempotencyKey: 'a' });
    await give(scope, 'ann', 50);
    const second = await reverseEvent(scope, { ...share, idempotencyKey: 'b' });
    const done = await collectOutstanding(scope, { reversal: first.event });

    expect([first.outstanding, second.outstanding]).toEqual([40, 0]);
    expect([done.collected, done.outstanding]).toEqual([10, 30]);
    expect(await settled(scope, 'ann')).toBe(0);
    expect(await verify(scope)).toEqual(clean);
  });

  test('is of reversals alone: anything else is not found, and a key is of one request', async () => {
    const { scope } = await fresh();
    const { event, reversal } = await spentAndReversed(scope);
    await give(scope, 'ann', 5);
    await collectOutstanding(scope, { reversal, idempotencyKey: 'k' });
    const codes = await Promise.all(
      [
        collectOutstanding(scope, { reversal: event }),
        collectOutstanding(scope, { reversal: 'rev_none' }),
        writeOffOutstanding(scope, { reversal: event, reason }),
        collectOutstanding(scope, { reversal, customer: 'ann', idempotencyKey: 'k' }),
      ].map((work) =>
        work.then(
          () => null,
          (error: { code?: string }) => error.code,
        ),
      ),
    );

    expect(codes).toEqual(['not_found', 'not_found', 'not_found', 'idempotency_conflict']);
    expect(await settled(scope, 'ann')).toBe(0);
  });

  test('twenty who collect and five who write off at once account for all of it once', async () => {
    const { scope } = await fresh();
    const { reversal } = await spentAndReversed(scope);
    await give(scope, 'ann', 90);
    await give(scope, 'bob', 90);

    const took = Array.from({ length: 20 }, () => collectOutstanding(scope, { reversal }));
    const gave = Array.from({ length: 5 }, () => writeOffOutstanding(scope, { reversal, reason }));
    const collected = (await Promise.all(took)).reduce((sum, one) => sum + one.collected, 0);
    const off = (await Promise.all(gave)).reduce((sum, one) => sum + one.writtenOff, 0);

    expect(collected + off).toBe(70);
    expect((await settled(scope, 'ann')) + (await settled(scope, 'bob'))).toBe(180 - collected);
    expect(await verify(scope)).toEqual(clean);
  });
});
