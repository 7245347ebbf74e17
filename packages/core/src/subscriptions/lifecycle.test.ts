/** What time brings, read from the moments alone. */
import { expect, test } from 'vitest';
import { type Effect, nextEffect, nextLookAt, type Told } from './lifecycle.ts';
import type { SubscriptionMoments } from './state.ts';

type Moments = SubscriptionMoments & { readonly canceledAt: Date | null };

const start = new Date('2026-01-31T10:00:00Z');
const none: Told = { trial_ended: 0, renewed: 0, ended: 0 };
const monthly: Moments = {
  ...{ anchor: start, startsAt: start, endsAt: null, canceledAt: null, trialEndsAt: null },
  ...{ pausedAt: null, resumesAt: null, period: 'P1M', timeZone: 'UTC' },
  ...{ pastDue: null, unpaidSince: null },
};

/** All that is told up to an instant, as `kind number at`. */
function tellUntil(moments: Moments, until: string): string[] {
  const said = [];
  let told = none;
  let effect: Effect | null = nextEffect(moments, told, start);
  while (effect && effect.at <= new Date(until)) {
    said.push(`${effect.kind} ${effect.number} ${effect.at.toISOString().slice(0, 13)}`);
    told = { ...told, [effect.kind]: effect.number };
    effect = nextEffect(moments, told, start);
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
    'trial_ended 1 2026-02-14T10',
    'ended 1 2026-02-14T10',
  ]);
  expect(tellUntil(cutOff, '2026-03-01T00:00:00Z')).toEqual(['ended 1 2026-02-14T10']);
});

test('periods that would begin during a pause are not told', () => {
  const pausedAt = new Date('2026-02-10T00:00:00Z');
  const returning = { ...monthly, pausedAt, resumesAt: new Date('2026-04-02T00:00:00Z') };

  expect(tellUntil(returning, '2026-05-31T10:00:00Z')).toEqual([
    'renewed 4 2026-04-30T10',
    'renewed 5 2026-05-31T10',
  ]);
  expect(tellUntil({ ...monthly, pausedAt }, '2030-01-01T00:00:00Z')).toEqual([]);
});

test('an infinite one has nothing to tell but its end', () => {
  expect(nextEffect({ ...monthly, period: null }, none, start)).toBeNull();
});

test('one that nobody pays is looked at when that would end it', () => {
  const unpaidSince = new Date('2026-02-10T00:00:00Z');
  const unpaid = { ...monthly, unpaidSince, pastDue: 'P3D' };
  const ended = new Date('2026-02-13T00:00:00Z');

  expect(nextLookAt(unpaid, nextEffect(unpaid, none, start), start)).toEqual(ended);
  expect(nextEffect(unpaid, none, ended)).toEqual({ kind: 'ended', number: 1, at: ended });
});
