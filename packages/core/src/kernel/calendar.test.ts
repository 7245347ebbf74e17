/** Calendar arithmetic against Temporal and against itself, in zones that are hard. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, test } from 'vitest';
import { addDuration, checkTimeZone, durationBetween, periodAt } from './calendar.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
];
const zone = fc.constantFrom(...zones);
const duration = fc.constantFrom(
  'P1M',
  'P1Y',
  'P1D',
  'P7D',
  'P2W',
  'P3M',
  'P1M15D',
  'PT5M',
  'PT36H',
  'P1DT6H',
);
const instant = fc.date({
  min: new Date('1995-01-01'),
  max: new Date('2060-01-01'),
  noInvalidDate: true,
});

describe('adding durations', () => {
  test.each([
    ['2026-01-31T10:00:00Z', 'P1M', 1, 'UTC', '2026-02-28T10:00:00.000Z'],
    ['2026-01-31T10:00:00Z', 'P1M', 2, 'UTC', '2026-03-31T10:00:00.000Z'],
    ['2024-02-29T00:00:00Z', 'P1Y', 1, 'UTC', '2025-02-28T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', 'P1Y', 4, 'UTC', '2028-02-29T00:00:00.000Z'],
    // 30 March 2025, 02:30 does not exist in Berlin: forward by the hour of the gap.
    ['2025-03-29T01:30:00Z', 'P1D', 1, 'Europe/Berlin', '2025-03-30T01:30:00.000Z'],
    ['2025-03-29T01:30:00Z', 'P1D', 2, 'Europe/Berlin', '2025-03-31T00:30:00.000Z'],
    // 26 October 2025, 02:30 occurs twice: the first.
    ['2025-10-25T00:30:00Z', 'P1D', 1, 'Europe/Berlin', '2025-10-26T00:30:00.000Z'],
    // 30 December 2011 does not exist in Apia: forward by the day of the gap.
    ['2011-12-28T20:00:00Z', 'P1D', 1, 'Pacific/Apia', '2011-12-29T20:00:00.000Z'],
    ['2011-12-28T20:00:00Z', 'P1D', 2, 'Pacific/Apia', '2011-12-30T20:00:00.000Z'],
    ['2011-12-28T20:00:00Z', 'P1D', 3, 'Pacific/Apia', '2011-12-30T20:00:00.000Z'],
    // Elapsed time knows no zone.
    ['2025-03-30T00:30:00Z', 'PT24H', 1, 'Europe/Berlin', '2025-03-31T00:30:00.000Z'],
  ])('%s + %s x %i in %s is %s', (anchor, step, times, where, expected) => {
    expect(addDuration(new Date(anchor), step, times, where).toISOString()).toBe(expected);
  });

  test('UTC by hand equals Temporal for every anchor, step and count', () => {
    fc.assert(
      fc.property(instant, duration, fc.integer({ min: 0, max: 400 }), (anchor, step, times) => {
        const parts = Temporal.Duration.from(step);
        const many = Temporal.Duration.from({
          months: (parts.years * 12 + parts.months) * times,
          days: (parts.weeks * 7 + parts.days) * times,
          hours: parts.hours * times,
          minutes: parts.minutes * times,
        });
        const expected = Temporal.Instant.fromEpochMilliseconds(anchor.getTime())
          .toZonedDateTimeISO('UTC')
          .add(many).epochMilliseconds;
        expect(addDuration(anchor, step, times, 'UTC').getTime()).toBe(expected);
      }),
    );
  });
});

describe('periods', () => {
  test('tile time without gap or overlap, each boundary computed from the anchor', () => {
    fc.assert(
      fc.property(instant, duration, zone, fc.nat({ max: 3_000 }), (anchor, step, where, days) => {
        const at = new Date(anchor.getTime() + days * 86_400_000 + 12_345);
        const period = periodAt(anchor, step, where, at);
        if (!period) throw new Error('An instant after the anchor is in a period.');

        expect(period.startsAt.getTime()).toBeLessThanOrEqual(at.getTime());
        expect(period.endsAt.getTime()).toBeGreaterThan(at.getTime());
        expect(period.startsAt).toEqual(addDuration(anchor, step, period.number - 1, where));
        expect(period.endsAt).toEqual(addDuration(anchor, step, period.number, where));
        const next = periodAt(anchor, step, where, period.endsAt);
        expect(next?.startsAt).toEqual(period.endsAt);
        expect(next?.number).toBeGreaterThan(period.number);
      }),
      { numRuns: 500 },
    );
  });

  test('the start is inside, the end is not, and before the anchor there is none', () => {
    const anchor = new Date('2026-01-31T00:00:00Z');

    expect(periodAt(anchor, 'P1M', 'UTC', anchor)?.number).toBe(1);
    expect(periodAt(anchor, 'P1M', 'UTC', new Date('2026-02-27T23:59:59.999Z'))?.number).toBe(1);
    expect(periodAt(anchor, 'P1M', 'UTC', new Date('2026-02-28T00:00:00Z'))?.number).toBe(2);
    expect(periodAt(anchor, 'P1M', 'UTC', new Date('2026-01-30T23:59:59.999Z'))).toBeNull();
  });

  test('the day that Apia skipped leaves an empty period, whose number is passed over', () => {
    const anchor = new Date('2011-12-28T20:00:00Z');

    const before = periodAt(anchor, 'P1D', 'Pacific/Apia', new Date('2011-12-30T19:59:59Z'));
    const after = periodAt(anchor, 'P1D', 'Pacific/Apia', new Date('2011-12-30T20:00:00Z'));

    expect([before?.number, after?.number]).toEqual([2, 4]);
  });

  test('a period of no length is refused', () => {
    expect(() => periodAt(new Date(), 'P0D', 'UTC', new Date())).toThrow(
      expect.objectContaining({ code: 'validation' }),
    );
  });
});

describe('the zone of the process', () => {
  const before = process.env.TZ;
  afterEach(() => {
    process.env.TZ = before ?? 'UTC';
  });

  test('does not matter', () => {
    const anchor = new Date('2025-10-25T22:30:00Z');
    const answers = ['UTC', 'Pacific/Apia', 'America/New_York', 'Asia/Kathmandu'].map((home) => {
      process.env.TZ = home;
      return zones.map((where) => addDuration(anchor, 'P1M', 5, where).toISOString());
    });

    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

test('the difference of two instants is their calendar difference in the zone', () => {
  const start = new Date('2026-01-15T00:00:00Z');

  expect(durationBetween(start, new Date('2026-03-20T06:30:00Z'), 'UTC')).toBe('P2M5DT6H30M');
  expect(durationBetween(start, new Date('2027-01-15T00:00:00Z'), 'UTC')).toBe('P1Y');
});

test('a zone that is no IANA zone is refused', () => {
  expect(checkTimeZone('Europe/Berlin')).toBe('Europe/Berlin');
  for (const bad of ['Mars/Olympus', '+02:00', '', 'berlin time']) {
    expect(() => checkTimeZone(bad)).toThrow(expect.objectContaining({ code: 'validation' }));
  }
});
