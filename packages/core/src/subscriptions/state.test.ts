/** What a subscription is at an instant, from its moments alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  endAt,
  type SubscriptionMoments,
  stateAt,
  statuses,
  trialEndOf,
  turningPoints,
  unpaidEnd,
} from './state.ts';

const start = new Date('2026-01-31T10:00:00Z');
const day = 86_400_000;

function daysIn(days: number): Date {
  return new Date(start.getTime() + days * day);
}

function moments(change: Partial<SubscriptionMoments> = {}): SubscriptionMoments {
  return {
    anchor: start,
    startsAt: start,
    endsAt: null,
    trialEndsAt: null,
    ...{ shifts: [], pausedAt: null, resumesAt: null },
    period: 'P1M',
    timeZone: 'UTC',
    pastDue: null,
    unpaidSince: null,
    ...change,
  };
}

describe('a subscription', () => {
  test('is upcoming before its start and active at it', () => {
    expect(stateAt(moments(), daysIn(-0.001))).toMatchObject({
      status: 'upcoming',
      active: false,
      valid: false,
    });
    expect(stateAt(moments(), start)).toMatchObject({
      status: 'active',
      active: true,
      valid: true,
      recurring: true,
    });
  });

  test('with an end to come is canceled, on grace and valid', () => {
    const state = stateAt(moments({ endsAt: daysIn(10) }), daysIn(9.999));

    expect(state).toMatchObject({
      status: 'canceled',
      onGrace: true,
      ended: false,
      valid: true,
      recurring: false,
    });
  });

  test('has ended at its end, and is canceled still', () => {
    const state = stateAt(moments({ endsAt: daysIn(10) }), daysIn(10));

    expect(state).toMatchObject({
      status: 'ended',
      canceled: true,
      onGrace: false,
      ended: true,
      valid: false,
    });
  });

  test('with an end before its start has ended before it began', () => {
    expect(stateAt(moments({ endsAt: daysIn(-1) }), daysIn(-0.5))).toMatchObject({
      status: 'ended',
      active: false,
    });
  });

  test('is on trial until the end of the trial, valid and not recurring', () => {
    const trial = moments({ trialEndsAt: daysIn(14) });

    expect(stateAt(trial, daysIn(13))).toMatchObject({
      status: 'trialing',
      onTrial: true,
      valid: true,
      recurring: false,
    });
    expect(stateAt(trial, daysIn(14))).toMatchObject({
      status: 'active',
      onTrial: false,
      recurring: true,
    });
    expect(stateAt(trial, daysIn(-1))).toMatchObject({ status: 'upcoming', onTrial: false });
  });

  test('that ended within its trial is not on trial', () => {
    expect(
      stateAt(moments({ trialEndsAt: daysIn(14), endsAt: daysIn(3) }), daysIn(3)).onTrial,
    ).toBe(false);
  });

  test('is paused, active and not valid until its return', () => {
    const paused = moments({ pausedAt: daysIn(5), resumesAt: daysIn(8) });

    expect(stateAt(paused, daysIn(4)).status).toBe('active');
    expect(stateAt(paused, daysIn(5))).toMatchObject({
      status: 'paused',
      active: true,
      valid: false,
      recurring: false,
    });
    expect(stateAt(paused, daysIn(8))).toMatchObject({ status: 'active', valid: true });
  });

  test('without an interval is infinite, ended too, and never recurring', () => {
    expect(stateAt(moments({ period: null }), daysIn(1))).toMatchObject({
      infinite: true,
      recurring: false,
    });
    expect(stateAt(moments({ period: null, endsAt: start }), daysIn(1)).infinite).toBe(true);
  });

  test('that is unpaid is past due and valid within its window, and has ended after it', () => {
    const unpaid = moments({ unpaidSince: daysIn(31), pastDue: 'P3D' });

    expect(stateAt(unpaid, daysIn(30)).status).toBe('active');
    expect(stateAt(unpaid, daysIn(33))).toMatchObject({
      status: 'past_due',
      pastDue: true,
      valid: true,
      ended: false,
    });
    expect(stateAt(unpaid, daysIn(34))).toMatchObject({
      status: 'ended',
      pastDue: false,
      canceled: true,
    });
    expect(endAt(unpaid, daysIn(34))).toEqual(daysIn(34));
    expect(endAt(unpaid, daysIn(33))).toBeNull();
  });

  test('that is unpaid without a window ends where the payment was due', () => {
    expect(stateAt(moments({ unpaidSince: daysIn(31) }), daysIn(31)).status).toBe('ended');
  });

  test('whose set end comes before the unpaid one keeps the set end', () => {
    const unpaid = moments({ unpaidSince: daysIn(31), pastDue: 'P3D', endsAt: daysIn(32) });

    expect(endAt(unpaid, daysIn(40))).toEqual(daysIn(32));
  });
});

const instants = fc.integer({ min: -100, max: 100 }).map(daysIn);
const perhaps = fc.option(instants, { nil: null });
const anyMoments: fc.Arbitrary<SubscriptionMoments> = fc
  .record({
    startsAt: instants,
    endsAt: perhaps,
    trialEndsAt: perhaps,
    pausedAt: perhaps,
    resumesAt: perhaps,
    unpaidSince: perhaps,
    period: fc.constantFrom('P1M', 'P7D', null),
    pastDue: fc.constantFrom('P3D', null),
  })
  .map((change) => moments({ ...change, anchor: change.startsAt }));

test('the predicates agree with one another at any instant', () => {
  fc.assert(
    fc.property(anyMoments, instants, (one, at) => {
      const state = stateAt(one, at);

      expect(statuses).toContain(state.status);
      expect(state.canceled).toBe(state.onGrace || state.ended);
      expect(state.onGrace && state.ended).toBe(false);
      expect(state.valid).toBe(state.active && !state.paused);
      if (state.active) expect(state.upcoming || state.ended).toBe(false);
      if (state.onTrial || state.pastDue) expect(state.active).toBe(true);
      if (state.recurring) expect(state.valid && !state.canceled && !state.infinite).toBe(true);
    }),
  );
});

test('a state changes by time alone only at a turning point, the end of the trial, or where payment falls due', () => {
  fc.assert(
    fc.property(anyMoments, instants, fc.integer({ min: 1, max: 400 }), (one, from, half) => {
      const to = new Date(from.getTime() + half * (day / 2));
      const turns = [...turningPoints(one, from), trialEndOf(one), one.unpaidSince];
      fc.pre(!turns.some((turn) => turn !== null && turn > from && turn <= to));

      expect(stateAt(one, to)).toEqual(stateAt(one, from));
    }),
  );
});

test('what has ended stays ended', () => {
  fc.assert(
    fc.property(anyMoments, instants, fc.nat(200), (one, at, days) => {
      fc.pre(stateAt(one, at).ended);

      expect(stateAt(one, new Date(at.getTime() + days * day)).ended).toBe(true);
    }),
  );
});

test('an unpaid end lies its window after the day it was due, and only where something is due', () => {
  expect(unpaidEnd(moments({ pastDue: 'P3D' }))).toBeNull();
  expect(unpaidEnd(moments({ pastDue: 'P3D', unpaidSince: start }))).toEqual(daysIn(3));
});
