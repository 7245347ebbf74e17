/** Jobs between those who do them: who has one, for how long, and who may say what became of it. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { json, sql } from '../../kernel/index.ts';
import {
  claimJobs,
  finishJob,
  listJobs,
  putBackJob,
  queueJob,
  renewLease,
  retryJobs,
} from '../index.ts';

describeMigrated('jobs', (makeHome) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await makeHome();
  });
  const open = (tenant: string, now = new Date('2026-01-01T00:00:00Z')) =>
    openTestScope(home.database, { tenant, now });
  const asked = { limit: 100, perLane: 100, leaseMilliseconds: 60_000 };

  test('under one key are one, and say whether the same was asked for', async () => {
    const scope = await open('keys');
    const payload = { amount: 1, unit: 'points' };

    const first = await queueJob(scope, { kind: 'keyed', key: 'k', payload });
    const same = await queueJob(scope, {
      kind: 'keyed',
      key: 'k',
      payload: { unit: 'points', amount: 1 },
    });
    const other = await queueJob(scope, { kind: 'keyed', key: 'k', payload: { amount: 2 } });
    const free = await queueJob(scope, { kind: 'keyed', payload });

    expect([first, same, other]).toEqual([
      { id: first.id, isNew: true, isSame: true },
      { id: first.id, isNew: false, isSame: true },
      { id: first.id, isNew: false, isSame: false },
    ]);
    expect(free.id).not.toBe(first.id);
    expect((await listJobs(scope, { kind: 'keyed' })).items).toHaveLength(2);
  });

  test('are given to one at a time, and ended only by who holds them last', async () => {
    const scope = await open('tokens');
    const { id } = await queueJob(scope, { kind: 'held', payload: { n: 1 } });

    const [first] = await claimJobs(scope, { ...asked, kind: 'held' });
    const none = await claimJobs(scope, { ...asked, kind: 'held' });
    await scope.run(
      sql`update bursar.jobs set lease_until = clock_timestamp() - interval '1 second' where id = ${id}::text`,
    );
    const [second] = await claimJobs(scope, { ...asked, kind: 'held' });
    if (!first || !second) throw new Error('nothing was given');

    expect(first).toMatchObject({
      id,
      tenant: 'tokens',
      kind: 'held',
      payload: { n: 1 },
      attempt: 1,
    });
    expect(none).toEqual([]);
    expect(second).toMatchObject({ id, attempt: 2 });
    expect(await renewLease(scope, first, 60_000)).toBe(false);
    expect(await finishJob(scope, first)).toBe(false);
    expect(await putBackJob(scope, first, { nextAt: null, error: 'late' })).toBe(false);
    expect(await renewLease(scope, second, 60_000)).toBe(true);
    expect(await finishJob(scope, second)).toBe(true);
    expect(await finishJob(scope, second)).toBe(false);
    expect((await listJobs(scope, { kind: 'held' })).items).toMatchObject([
      { id, state: 'done', attempts: 2, error: null, nextAt: null, endedAt: scope.now },
    ]);
  });

  test('that were put back come again at their time, and dead ones when they are asked for anew', async () => {
    const scope = await open('back');
    const { id } = await queueJob(scope, { kind: 'back', payload: {} });
    const [first] = await claimJobs(scope, { ...asked, kind: 'back' });
    if (!first) throw new Error('nothing was given');

    const nextAt = new Date('2026-01-01T00:05:00Z');
    await putBackJob(scope, first, { nextAt, error: 'no answer' });
    const early = await claimJobs(scope, { ...asked, kind: 'back' });
    const later = await open('back', nextAt);
    const [again] = await claimJobs(later, { ...asked, kind: 'back' });
    if (!again) throw new Error('nothing was given');
    await putBackJob(later, again, { nextAt: null, error: 'never' });
    const gone = await claimJobs(later, { ...asked, kind: 'back' });

    expect([early, gone]).toEqual([[], []]);
    expect((await listJobs(later, { state: 'dead' })).items).toMatchObject([
      { id, attempts: 2, error: 'never', endedAt: nextAt },
    ]);
    expect(await retryJobs(await open('another'), { job: id })).toBe(0);
    expect(await retryJobs(later, { kind: 'else' })).toBe(0);
    expect(await retryJobs(later, { kind: 'back' })).toBe(1);
    expect(await claimJobs(later, { ...asked, kind: 'back' })).toMatchObject([{ id, attempt: 1 }]);
  });

  test('of one lane are few at a time, whatever waits in it, and leave room for the others', async () => {
    const scope = await open('lanes');
    for (let index = 0; index < 50; index += 1)
      await queueJob(scope, { kind: 'laned', lane: 'slow', payload: { index } });
    const later = await open('lanes', new Date('2026-01-01T00:00:01Z'));
    for (const lane of ['fast', 'other'])
      for (const index of [1, 2])
        await queueJob(later, { kind: 'laned', lane, payload: { index } });
    const limits = { ...asked, kind: 'laned', perLane: 2 };

    const first = await claimJobs(later, { ...limits, limit: 5 });
    const second = await claimJobs(later, limits);
    const third = await claimJobs(later, limits);
    if (!first[0]) throw new Error('nothing was given');
    await finishJob(later, first[0]);
    const fourth = await claimJobs(later, limits);

    const lanes = async (ids: readonly { id: string }[]) =>
      later.many(
        sql`select lane from bursar.jobs where ${json(ids.map(({ id }) => id))}::text::jsonb ? id order by lane`,
        (row) => row.lane,
      );
    expect(await lanes(first)).toEqual(expect.arrayContaining(['slow', 'slow']));
    expect(first).toHaveLength(5);
    expect(second).toHaveLength(1);
    expect(third).toEqual([]);
    expect(await lanes(fourth)).toEqual(['slow']);
  });
});
