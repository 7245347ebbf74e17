/** What time brings, read from the moments alone. */
import { expect, test } from 'vitest';
import { type Asked, type Effect, nextEffect, nextLookAt, nothingTold } from './lifecycle.ts';
import type { SubscriptionMoments } from './state.ts';

type Moments = SubscriptionMoments & { readonly canceledAt: Date | null };

const start = new Date('2026-01-31T10:00:00Z');
const fresh: Asked = { told: nothingTold, now: start, notice: 'P3D' };
const monthly: Moments = {
  ...{ anchor: start, startsAt: start, endsAt: null, canceledAt: null, trialEndsAt: null },
  ...{ shifts: [], pausedAt: null, resumesAt: null, period: 'P1M', timeZone: 'UTC' },
  ...{ pastDue: null, unpaidSince: null },
};

/** All that is told up to an instant, as `kind number at`. */
function tellUntil(moments: Moments, until: string): string[] {
  const said = [];
  let { told } = fresh;
  let effect: Effect | null = nextEffect(moments, fresh);
  while (effect && effect.at <= new Date(until)) {
    said.push(`${effect.kind} ${effect.number} ${effect.at.toISOString().slice(0, 13)}`);
    told = { ...told, [effect.kind]: effect.number };
    effect = nextEffect(moments, { ...fresh, told });
  }
  return said;
}

test('each period that begins by itself is told with its number, from 2 on', () => {
  expect(tellUntil(monthly, '2026-04-30T10:00:00Z')).toEqual([
    'renewed 2 2026-02-28T10',
    'renewed 3 2026-03-31T10',
    'renewed 4 2026-04-30T10',
  ]);
});

test('no period is told at or after the end, and nothing after it', () => {
  const canceledAt = start;
  const ending = { ...monthly, endsAt: new Date('2026-03-31T10:00:00Z'), canceledAt };

  expect(tellUntil(ending, '2027-01-01T00:00:00Z')).toEqual([
    'renewed 2 2026-02-28T10',
    'ended 1 2026-03-31T10',
  ]);
});

test('one that never ran has only its end', () => {
  const never = { ...monthly, endsAt: new Date('2026-01-01T00:00:00Z'), canceledAt: start };

  expect(tellUntil(never, '2027-01-01T00:00:00Z')).toEqual(['ended 1 2026-01-01T00']);
});

test('a trial that runs out is told before the end it leads to; one that is cut off is not', () => {
  const trialEndsAt = new Date('2026-02-14T10:00:00Z');
  const canceled = { ...monthly, trialEndsAt, endsAt: trialEndsAt, canceledAt: start };
  const cutOff = { ...canceled, canceledAt: trialEndsAt };

  expect(tellUntil(canceled, '2026-03-01T00:00:00Z')).toEqual([
    'trial_will_end 1 2026-02-11T10',
    'trial_ended 1 2026-02-14T10',
    'ended 1 2026-02-14T10',
  ]);
  expect(tellUntil(cutOff, '2026-03-01T00:00:00Z')).toEqual(['ended 1 2026-02-14T10']);
});

test('a pause and the return are told, and the period after it later by its length', () => {
  const pausedAt = new Date('2026-02-10T00:00:00Z');
  const returning = { ...monthly, pausedAt, resumesAt: new Date('2026-04-02T00:00:00Z') };

  expect(tellUntil(returning, '2026-05-31T10:00:00Z')).toEqual([
    ...['paused 1 2026-02-10T00', 'unpaused 1 2026-04-02T00', 'renewed 2 2026-04-20T10'],
    'renewed 3 2026-05-20T10',
  ]);
  expect(tellUntil({ ...monthly, pausedAt }, '2030-01-01T00:00:00Z')).toEqual([
    'paused 1 2026-02-10T00',
  ]);
});

test('a period that stays unpaid is told once, and that it was paid', () => {
  const boundary = new Date('2026-02-28T10:00:00Z');
  const unpaid = { ...monthly, unpaidSince: boundary, pastDue: 'P3D' };
  const told = { ...nothingTold, renewed: 2 };

  const missing = nextEffect(unpaid, { ...fresh, told, now: boundary });
  expect(missing).toEqual({ kind: 'past_due', number: 2, at: boundary });
  const now = new Date('2026-03-01T00:00:00Z');
  const paid = { ...unpaid, unpaidSince: new Date('2026-03-31T10:00:00Z') };
  const after = nextEffect(paid, { ...fresh, told: { ...told, past_due: 2 }, now });
  expect(after).toEqual({ kind: 'recovered', number: 2, at: now });
});

test('an infinite one has nothing to tell but its end', () => {
  expect(nextEffect({ ...monthly, period: null }, fresh)).toBeNull();
});

test('one that nobody pays is looked at when that would end it', () => {
  const unpaidSince = new Date('2026-02-10T00:00:00Z');
  const unpaid = { ...monthly, unpaidSince, pastDue: 'P3D' };
  const ended = new Date('2026-02-13T00:00:00Z');

  expect(
    nextLookAt(
      unpaid,
      nextEffect(unpaid, { ...fresh, told: { ...nothingTold, past_due: 1 } }),
      start,
    ),
  ).toEqual(ended);
  expect(
    nextEffect(unpaid, { ...fresh, told: { ...nothingTold, past_due: 1 }, now: ended }),
  ).toEqual({ kind: 'ended', number: 1, at: ended });
});
