/** Numbered windows from an anchor: no drift, no gap, no overlap. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration } from '../kernel/index.ts';
import {
  currentPeriod,
  listPeriods,
  nextBoundary,
  type PeriodMoments,
  periodNumbers,
} from './periods.ts';

function moments(
  change: Partial<PeriodMoments> & { startsAt: Date },
): PeriodMoments & { id: string } {
  return {
    id: 'sub_1',
    anchor: change.startsAt,
    endsAt: null,
    period: 'P1M',
    timeZone: 'UTC',
    ...{ shifts: [], pausedAt: null, resumesAt: null },
    ...change,
  };
}

function all(one: PeriodMoments & { id: string }, now: Date) {
  const { first, last } = periodNumbers(one, now);
  return listPeriods(one, { from: first, to: last, known: now });
}

const start = new Date('2026-01-31T10:00:00Z');

describe('the periods of a subscription', () => {
  test('fall on the last day of short months and return to the anchor day', () => {
    const periods = all(moments({ startsAt: start }), new Date('2026-04-01T00:00:00Z'));

    expect(periods.map((period) => period.startsAt.toISOString())).toEqual([
      '2026-01-31T10:00:00.000Z',
      '2026-02-28T10:00:00.000Z',
      '2026-03-31T10:00:00.000Z',
    ]);
    expect(periods.map((period) => period.id)).toEqual(['sub_1-1', 'sub_1-2', 'sub_1-3']);
    expect(periods.every((period) => period.interval === 'P1M')).toBe(true);
  });

  test('run up to a set end, the last one cut there with its calendar difference', () => {
    const endsAt = new Date('2026-03-05T12:30:00Z');
    const periods = all(moments({ startsAt: start, endsAt }), start);

    expect(periods).toHaveLength(2);
    expect(periods[1]).toMatchObject({ number: 2, endsAt, interval: 'P5DT2H30M' });
  });

  test('leave out an empty window where the end is a boundary', () => {
    const endsAt = new Date('2026-02-28T10:00:00Z');

    expect(
      all(moments({ startsAt: start, endsAt }), new Date('2027-01-01T00:00:00Z')),
    ).toMatchObject([{ number: 1, startsAt: start, endsAt, interval: 'P1M' }]);
  });

  test('are one, of no length, where it never ran', () => {
    const periods = all(
      moments({ startsAt: start, endsAt: new Date('2026-01-01T00:00:00Z') }),
      start,
    );

    expect(periods).toMatchObject([
      { number: 1, startsAt: start, endsAt: start, interval: 'PT0S' },
    ]);
  });

  test('are the first one where it has not begun', () => {
    expect(all(moments({ startsAt: start }), new Date('2025-01-01T00:00:00Z'))).toMatchObject([
      { number: 1 },
    ]);
  });

  test('are one without end where it is infinite, cut by a set end', () => {
    const infinite = { startsAt: start, period: null };
    const endsAt = new Date('2027-03-02T10:00:00Z');

    expect(all(moments(infinite), start)).toMatchObject([{ endsAt: null, interval: 'P1000Y' }]);
    expect(all(moments({ ...infinite, endsAt }), start)).toMatchObject([
      { endsAt, interval: 'P1Y1M2D' },
    ]);
  });

  test('keep the numbers of the anchor where the start comes later, the first one cut', () => {
    const anchor = new Date('2025-12-31T10:00:00Z');
    const [first] = all(
      moments({ anchor, startsAt: new Date('2026-02-10T10:00:00Z') }),
      new Date('2026-02-11T00:00:00Z'),
    );

    expect(first).toMatchObject({
      number: 2,
      startsAt: new Date('2026-02-10T10:00:00Z'),
      interval: 'P18D',
    });
  });

  test('keep local time across a change of the clocks', () => {
    const berlin = moments({
      startsAt: new Date('2026-03-01T08:00:00Z'),
      timeZone: 'Europe/Berlin',
    });

    expect(nextBoundary(berlin, berlin.startsAt)).toEqual(new Date('2026-04-01T07:00:00Z'));
  });
});

describe('the next boundary', () => {
  test('is the first one later than now, at a boundary the one after it', () => {
    expect(nextBoundary(moments({ startsAt: start }), start)).toEqual(
      new Date('2026-02-28T10:00:00Z'),
    );
    expect(nextBoundary(moments({ startsAt: start }), new Date('2026-02-28T10:00:00Z'))).toEqual(
      new Date('2026-03-31T10:00:00Z'),
    );
  });

  test('counts on from a set end', () => {
    const endsAt = new Date('2026-02-10T10:00:00Z');

    expect(nextBoundary(moments({ startsAt: start, endsAt }), start)).toEqual(endsAt);
    expect(nextBoundary(moments({ startsAt: start, endsAt }), endsAt)).toEqual(
      new Date('2026-03-10T10:00:00Z'),
    );
  });

  test('is none for an infinite subscription that has begun', () => {
    expect(nextBoundary(moments({ startsAt: start, period: null }), start)).toBeNull();
  });
});

const instants = fc
  .date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2032-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
);
const intervals = fc.constantFrom('P1M', 'P7D', 'P1Y', 'P3M', 'P1D', 'PT36H');

test('periods follow one another without gap or overlap, each computed from the anchor', () => {
  fc.assert(
    fc.property(
      instants,
      zones,
      intervals,
      fc.integer({ min: 0, max: 400 }),
      (startsAt, timeZone, period, days) => {
        const one = moments({ startsAt, timeZone, period });
        const now = new Date(startsAt.getTime() + days * 86_400_000);

        const periods = all(one, now);

        periods.forEach((each, index) => {
          expect(each.number).toBe(index + 1);
          expect(each.startsAt).toEqual(addDuration(startsAt, period, index, timeZone));
          expect(each.endsAt).toEqual(periods[index + 1]?.startsAt ?? nextBoundary(one, now));
        });
        const last = periods.at(-1);
        expect(last && last.startsAt <= now && last.endsAt && last.endsAt > now).toBe(true);
        expect(currentPeriod(one, now)).toMatchObject({ number: periods.length });
      },
    ),
    { numRuns: 60 },
  );
});

test('with an end the periods fill exactly the time from start to end', () => {
  fc.assert(
    fc.property(
      instants,
      zones,
      intervals,
      fc.integer({ min: 1, max: 500 }),
      (startsAt, timeZone, period, hours) => {
        const endsAt = new Date(startsAt.getTime() + hours * 3_600_000);
        const periods = all(moments({ startsAt, endsAt, timeZone, period }), startsAt);

        expect(periods[0]?.startsAt).toEqual(startsAt);
        expect(periods.at(-1)?.endsAt).toEqual(endsAt);
        for (const each of periods) expect(each.endsAt && each.endsAt > each.startsAt).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});
