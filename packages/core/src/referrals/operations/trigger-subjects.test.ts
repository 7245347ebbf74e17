/** What happens to one thing again and again: each time has an external id of its own, made by counting. */
import { expect, test } from 'vitest';
import { describeReferrals, setTrigger } from '#test/referrers.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';

const added = { alias: 'gallery.photo_added', customer: 'bob' };
const photo = { type: 'Photo', id: '31' };

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

describeReferrals('a subject', (fresh) => {
  test('gives what has no external id one that counts up, each subject and alias for itself', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, added.alias, { unit: 'points', actor: { fixed: 1 } });

    const ids = [];
    for (const more of [
      { subject: photo },
      { subject: photo, externalId: 'by-hand' },
      { subject: photo },
      { subject: { type: 'Photo', id: '32' } },
      { subject: { type: 'Video', id: '31' } },
      { alias: 'visit', subject: photo },
      {},
    ])
      ids.push(await trigger(scope, { ...added, ...more }));

    expect(ids.slice(0, 6).map(({ externalId }) => externalId)).toEqual([
      'Photo:31:gallery_photo_added:v1',
      'by-hand',
      'Photo:31:gallery_photo_added:v3',
      'Photo:32:gallery_photo_added:v1',
      'Video:31:gallery_photo_added:v1',
      'Photo:31:visit:v1',
    ]);
    expect(ids[6]?.externalId).toMatch(/^ext_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(ids[0]?.subject).toEqual(photo);
    expect(ids[6]?.subject).toBeNull();
  });

  test('counts what was skipped, and neither a replay nor a reversal', async () => {
    const { scope } = await fresh();
    const fire = (externalId?: string) => trigger(scope, { ...added, subject: photo, externalId });

    const off = await fire();
    await setTrigger(scope, added.alias, { unit: 'points', actor: { fixed: 1 } });
    const second = await fire();
    const replayed = await fire(second.externalId);
    const back = await reverseEvent(scope, { event: second.event });
    const third = await fire();

    expect([off, second, third].map(({ status, externalId }) => [status, externalId])).toEqual([
      ['skipped', 'Photo:31:gallery_photo_added:v1'],
      ['processed', 'Photo:31:gallery_photo_added:v2'],
      ['processed', 'Photo:31:gallery_photo_added:v3'],
    ]);
    expect(replayed).toEqual({ ...second, replayed: true });
    expect(back.subject).toBeNull();
  });

  test('goes on counting past an id that somebody gave by hand', async () => {
    const { scope } = await fresh();
    await trigger(scope, { ...added, externalId: 'Photo:31:gallery_photo_added:v1' });

    const counted = await trigger(scope, { ...added, subject: photo });
    const next = await trigger(scope, { ...added, subject: photo });

    expect([counted.replayed, counted.externalId, next.externalId]).toEqual([
      ...[false, 'Photo:31:gallery_photo_added:v2', 'Photo:31:gallery_photo_added:v3'],
    ]);
  });

  test('is part of what an external id stands for: another one is refused', async () => {
    const { scope } = await fresh();
    const ask = { ...added, externalId: 'e1' };
    await trigger(scope, { ...ask, subject: photo });

    const codes = [
      await codeOf(trigger(scope, { ...ask, subject: { ...photo, id: '32' } })),
      await codeOf(trigger(scope, ask)),
    ];

    expect(codes).toEqual(['idempotency_conflict', 'idempotency_conflict']);
  });

  test('that forty fire for at once is counted without a gap and without a number twice', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, added.alias, { unit: 'points', actor: { fixed: 1 } });

    const done = await Promise.all(
      Array.from({ length: 40 }, () => trigger(scope, { ...added, subject: photo })),
    );

    const versions = done.map(({ externalId }) => Number(externalId.split(':v')[1]));
    expect(versions.sort((one, other) => one - other)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
});
