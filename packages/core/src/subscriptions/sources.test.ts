/** Which quotas feed a balance at a moment: windows, references, limits and ceilings, from sources alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrozenItem, ItemOptions } from './items.ts';
import { balancePlanOf, earliest, type Source } from './sources.ts';

const start = new Date('2026-01-31T10:00:00Z');
const now = new Date('2026-03-05T00:00:00Z');

function item(
  quota: number | null,
  options: ItemOptions = {},
  kind: FrozenItem['kind'] = 'metered',
): FrozenItem {
  return { feature: 'calls', kind, quota, options };
}

function source(items: readonly FrozenItem[], change: Partial<Source> = {}): Source {
  return {
    kind: 'subscription',
    reference: 'sub_1',
    subscription: 'sub_1',
    plan: 'pro',
    anchor: start,
    startsAt: start,
    endsAt: null,
    timeZone: 'UTC',
    period: 'P1M',
    ...{ shifts: [], pausedAt: null, resumesAt: null },
    suspended: false,
    items,
    ...change,
  };
}

function plan(sources: readonly Source[], kind: 'metered' | 'gauge' = 'metered', at = now) {
  return balancePlanOf(sources, { feature: 'calls', kind, at });
}

describe('a quota', () => {
  test('is the window of the current period, numbered from the anchor, until the boundary', () => {
    expect(plan([source([item(100)])])).toEqual({
      windows: [
        {
          reference: 'sub_1/calls/2',
          quota: 100,
          suspended: false,
          startsAt: new Date('2026-02-28T10:00:00Z'),
          endsAt: new Date('2026-03-31T10:00:00Z'),
          priority: 0,
          soft: false,
          overageMax: null,
          usedBefore: 0,
          rollover: null,
        },
      ],
      subWindow: null,
      ceiling: null,
      thresholds: [],
      nextChangeAt: new Date('2026-03-31T10:00:00Z'),
    });
  });

  test('ends with the subscription where that comes first', () => {
    const endsAt = new Date('2026-03-10T00:00:00Z');

    expect(plan([source([item(100)], { endsAt })])).toMatchObject({
      windows: [{ endsAt }],
      nextChangeAt: endsAt,
    });
  });

  test('that never resets, or of an infinite subscription, is one window that never ends', () => {
    const forever = {
      windows: [{ startsAt: start, endsAt: null }],
      nextChangeAt: null,
    };

    expect(plan([source([item(100, { reset: 'never' })])])).toMatchObject(forever);
    expect(plan([source([item(100)], { period: null })])).toMatchObject(forever);
    expect(plan([source([item(100, { reset: 'never' })])]).windows[0]?.reference).toBe(
      'sub_1/never/calls/1',
    );
  });

  test('with its own interval refills by that, from the anchor', () => {
    expect(plan([source([item(100, { reset: 'P7D' })])]).windows).toMatchObject([
      {
        reference: 'sub_1/P7D/calls/5',
        startsAt: new Date('2026-02-28T10:00:00Z'),
        endsAt: new Date('2026-03-07T10:00:00Z'),
      },
    ]);
  });

  test('of a paused subscription stays, suspended', () => {
    expect(plan([source([item(100)], { suspended: true })]).windows).toMatchObject([
      { suspended: true },
    ]);
  });

  test('carries limit, cap, priority, and what was used before, in its own period only', () => {
    const options: ItemOptions = {
      limit: 'soft',
      overageMax: 9,
      priority: 3,
      usedBefore: { number: 2, used: 40 },
    };

    expect(plan([source([item(null, options)])]).windows).toMatchObject([
      { quota: null, soft: true, overageMax: 9, priority: 3, usedBefore: 40 },
    ]);
    expect(plan([source([item(null, options)])], 'metered', start).windows).toMatchObject([
      { usedBefore: 0 },
    ]);
  });

  test('rolls over from the period before, never into the first, nor where it is unlimited', () => {
    const options = { rollover: { max: 50 } };

    expect(plan([source([item(100, options)])]).windows[0]?.rollover).toEqual({
      from: 'sub_1/calls/1',
      fromQuota: 100,
      fromMayShrink: true,
      fromPaused: false,
      fromUsedBefore: 0,
      max: 50,
      expiresAt: new Date('2026-03-31T10:00:00Z'),
    });
    expect(
      plan([source([item(100, { rollover: { max: 50, expires: 'P2M' } })])]).windows[0]?.rollover,
    ).toMatchObject({
      expiresAt: new Date('2026-04-28T10:00:00Z'),
    });
    expect(plan([source([item(100, options)])], 'metered', start).windows[0]?.rollover).toBeNull();
    expect(plan([source([item(null, options)])]).windows[0]?.rollover).toBeNull();
  });

  test('written down from the default plan keeps that reference', () => {
    const reference = 'default/7/main';

    expect(plan([source([item(100, { reference })])]).windows).toMatchObject([
      { reference: 'default/7/main/calls/2' },
    ]);
  });

  test('of several subscriptions is one window each, with the thresholds of all, ascending', () => {
    const other = source([item(5, { thresholds: [80, 50] })], {
      reference: 'sub_2',
      period: 'P7D',
    });

    const both = plan([source([item(100, { thresholds: [80, 100] })]), other]);

    expect(both.windows.map((window) => window.reference)).toEqual([
      'sub_1/calls/2',
      'sub_2/calls/5',
    ]);
    expect(both.thresholds).toEqual([50, 80, 100]);
    expect(both.nextChangeAt).toEqual(new Date('2026-03-07T10:00:00Z'));
  });

  test('of another feature or kind does not count', () => {
    expect(
      plan([source([{ ...item(100), feature: 'other' }, item(3, {}, 'gauge')])]).windows,
    ).toEqual([]);
  });
});

describe('a cap within the period', () => {
  const capped = (per: string, max: number, change: Partial<Source> = {}) =>
    source([item(100, { window: { per, max } })], change);

  test('counts in the part that contains now, from the anchor, and changes the plan when that ends', () => {
    const endsAt = new Date('2026-03-05T10:00:00Z');

    expect(plan([capped('P1D', 10)])).toMatchObject({
      subWindow: { max: 10, startsAt: new Date('2026-03-04T10:00:00Z'), endsAt },
      nextChangeAt: endsAt,
    });
  });

  test('adds up, and is none where one source has none', () => {
    expect(plan([capped('P1D', 10), capped('P1D', 5)]).subWindow?.max).toBe(15);
    expect(plan([capped('P1D', 10), source([item(100)])]).subWindow).toBeNull();
  });

  test('of different lengths counts in the longest; of equal ones, in that of who began first', () => {
    const later = new Date('2026-02-10T07:00:00Z');
    const other = { anchor: later, startsAt: later };

    expect(plan([capped('P1D', 10), capped('P7D', 50, other)]).subWindow).toEqual({
      ...{ max: 60, startsAt: new Date('2026-03-03T07:00:00Z') },
      endsAt: new Date('2026-03-10T07:00:00Z'),
    });
    for (const sources of [
      [capped('P1D', 10), capped('P1D', 5, other)],
      [capped('P1D', 5, other), capped('P1D', 10)],
    ])
      expect(plan(sources).subWindow?.startsAt).toEqual(new Date('2026-03-04T10:00:00Z'));
  });

  test('leaves out what is paused', () => {
    expect(plan([capped('P1D', 10), capped('P1D', 5, { suspended: true })]).subWindow?.max).toBe(
      10,
    );
  });
});

describe('a ceiling', () => {
  test('is the sum of those carried, and 0 where none is', () => {
    expect(
      plan([source([item(3, {}, 'gauge')]), source([item(4, {}, 'gauge')])], 'gauge'),
    ).toMatchObject({
      windows: [],
      ceiling: 7,
    });
    expect(plan([source([])], 'gauge').ceiling).toBe(0);
  });

  test('is none where one of them is unlimited', () => {
    expect(
      plan([source([item(3, {}, 'gauge')]), source([item(null, {}, 'gauge')])], 'gauge').ceiling,
    ).toBeNull();
  });

  test('leaves out paused subscriptions, also unlimited ones', () => {
    const paused = source([item(null, {}, 'gauge')], { suspended: true });

    expect(plan([source([item(3, {}, 'gauge')]), paused], 'gauge').ceiling).toBe(3);
  });

  test('stays within the safe integers', () => {
    const huge = source([item(Number.MAX_SAFE_INTEGER, {}, 'gauge')]);

    expect(plan([huge, huge], 'gauge').ceiling).toBe(Number.MAX_SAFE_INTEGER);
  });
});

test('the earliest of instants leaves out those that never come', () => {
  expect(earliest([null, now, start, null])).toEqual(start);
  expect(earliest([null])).toBeNull();
});

test('a plan of a balance stays as it is until the moment it names, and windows contain the moment asked for', () => {
  const resets = fc.constantFrom<string | undefined>(
    undefined,
    'period',
    'never',
    'P7D',
    'P1D',
    'P2M',
  );
  const periods = fc.constantFrom('P1M', 'P7D', 'P1Y', null);
  fc.assert(
    fc.property(
      resets,
      periods,
      fc.nat(1000),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (reset, period, days, part) => {
        const sources = [source([item(100, { reset, rollover: { max: 5 } })], { period })];
        const at = new Date(start.getTime() + days * 86_400_000);
        const first = plan(sources, 'metered', at);
        const until = first.nextChangeAt ?? new Date(at.getTime() + 9e10);
        const between = new Date(
          at.getTime() + Math.floor((until.getTime() - at.getTime()) * part),
        );

        expect(plan(sources, 'metered', between)).toEqual(first);
        for (const window of first.windows) {
          expect(window.startsAt <= at && (window.endsAt === null || window.endsAt > at)).toBe(
            true,
          );
        }
        if (first.nextChangeAt)
          expect(plan(sources, 'metered', first.nextChangeAt)).not.toEqual(first);
      },
    ),
  );
});
