/** Windows tile time: for every zone, interval, pause and re-anchor, and 50 years of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDuration, FOREVER } from '../kernel/index.ts';
import { type Calendar, type Shift, windowAt, windowNumbered } from './calendar.ts';

const start = new Date('2026-01-01T10:00:00Z');
const monthly: Calendar = {
  ...{ anchor: start, timeZone: 'UTC', period: 'P1M' },
  ...{ shifts: [], pausedAt: null, resumesAt: null },
};
const at = (text: string) => new Date(`${text}T10:00:00Z`);

describe('a pause', () => {
  const paused = { ...monthly, pausedAt: at('2026-01-11'), resumesAt: at('2026-01-21') };

  test('lets the interrupted window end later by its length, and the next count from there', () => {
    expect(windowAt(paused, 'period', at('2026-02-05'))).toEqual({
      ...{ number: 1, startsAt: start, endsAt: at('2026-02-11') },
    });
    expect(windowAt(paused, 'period', at('2026-03-20'))).toEqual({
      ...{ number: 3, startsAt: at('2026-03-11'), endsAt: at('2026-04-11') },
    });
  });

  test('that is still to come has moved nothing yet', () => {
    expect(windowAt(paused, 'period', at('2026-01-10'))?.endsAt).toEqual(at('2026-02-01'));
  });

  test('without a return leaves the window without an end, and there is no next', () => {
    const open = { ...paused, resumesAt: null };

    expect(windowAt(open, 'period', at('2027-01-10'))).toEqual({
      ...{ number: 1, startsAt: start, endsAt: null },
    });
    expect(windowNumbered(open, 'period', 2)).toBeNull();
  });

  test('from a boundary on leaves that window no rest: the next begins on the return', () => {
    const atBoundary = { ...monthly, pausedAt: at('2026-02-01'), resumesAt: at('2026-02-07') };

    expect(windowAt(atBoundary, 'period', at('2026-02-03'))).toMatchObject({ number: 1 });
    expect(windowAt(atBoundary, 'period', at('2026-02-07'))).toEqual({
      ...{ number: 2, startsAt: at('2026-02-07'), endsAt: at('2026-03-07') },
    });
  });

  test('within a window that was moved already moves it again', () => {
    const first: Shift = { kind: 'pause', at: at('2026-01-11'), until: at('2026-01-21') };
    const twice = {
      ...monthly,
      ...{ shifts: [first], pausedAt: at('2026-02-05'), resumesAt: at('2026-02-06') },
    };

    expect(windowAt(twice, 'period', at('2026-02-11'))).toEqual({
      ...{ number: 1, startsAt: start, endsAt: at('2026-02-12') },
    });
  });

  test('keeps the rest of a quota’s own window too', () => {
    expect(windowAt(paused, 'P7D', at('2026-01-22'))).toEqual({
      ...{ number: 2, startsAt: at('2026-01-08'), endsAt: at('2026-01-25') },
    });
    expect(windowAt(paused, 'never', at('2026-01-22'))).toMatchObject({ number: 1, endsAt: null });
  });
});

test('a re-anchor cuts the window it falls in, and a longer period goes on with the next number', () => {
  const yearly: Calendar = {
    ...monthly,
    period: 'P1Y',
    shifts: [{ kind: 'anchor', at: at('2026-02-10'), before: 'P1M' }],
  };

  expect(windowNumbered(yearly, 'period', 2)).toEqual({
    ...{ number: 2, startsAt: at('2026-02-01'), endsAt: at('2026-02-10'), interval: 'moved' },
  });
  expect(windowAt(yearly, 'period', at('2026-12-10'))).toEqual({
    ...{ number: 3, startsAt: at('2026-02-10'), endsAt: at('2027-02-10') },
  });
  expect(windowNumbered(yearly, 'period', 1)?.interval).toBe('P1M');
});

/** With gaps and repetitions of local time, half hours, the other hemisphere, and days that never were. */
const zones = [
  ...['UTC', 'Africa/Cairo', 'Africa/Casablanca', 'Africa/Johannesburg', 'Africa/Lagos'],
  ...['Africa/Nairobi', 'America/Anchorage', 'America/Argentina/Buenos_Aires', 'America/Bogota'],
  ...['America/Caracas', 'America/Chicago', 'America/Denver', 'America/Halifax', 'America/Havana'],
  ...['America/Lima', 'America/Los_Angeles', 'America/Mexico_City', 'America/New_York'],
  ...['America/Nuuk', 'America/Phoenix', 'America/Santiago', 'America/Sao_Paulo'],
  ...['America/St_Johns', 'America/Toronto', 'Antarctica/Troll', 'Asia/Amman', 'Asia/Beirut'],
  ...['Asia/Dhaka', 'Asia/Dubai', 'Asia/Gaza', 'Asia/Hong_Kong', 'Asia/Jakarta', 'Asia/Karachi'],
  ...['Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Manila', 'Asia/Pyongyang', 'Asia/Seoul'],
  ...['Asia/Shanghai', 'Asia/Singapore', 'Asia/Tehran', 'Asia/Tokyo', 'Asia/Yangon'],
  ...['Atlantic/Azores', 'Australia/Adelaide', 'Australia/Eucla', 'Australia/Lord_Howe'],
  ...['Australia/Sydney', 'Europe/Berlin', 'Europe/Dublin', 'Europe/Istanbul', 'Europe/London'],
  ...['Europe/Moscow', 'Pacific/Apia', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Kiritimati'],
];
const intervals = ['P1D', 'P7D', 'P14D', 'P1M', 'P3M', 'P1Y', 'PT36H'];
const day = 86_400_000;

/** Each window begins where the one before ended, and each holds its first and its last moment. */
function tiles(calendar: Calendar, from: number, to: number, known = FOREVER): void {
  let end: Date | null = null;
  for (let number = from; number <= to; number += 1) {
    const window = windowNumbered(calendar, 'period', number, known);
    if (!window?.endsAt) throw new Error(`Window ${number} has no end.`);
    if (end !== null) expect(window.startsAt).toEqual(end);
    expect(window.endsAt >= window.startsAt).toBe(true);
    // A change of a zone's rules leaves a window without time: nothing is in it.
    if (window.endsAt > window.startsAt) {
      const last = new Date(window.endsAt.getTime() - 1);
      expect(windowAt(calendar, 'period', window.startsAt)?.number).toBe(number);
      expect(windowAt(calendar, 'period', last)?.number).toBe(number);
    }
    end = window.endsAt;
  }
}

test('windows tile 50 years of every zone and interval, each computed from the anchor', () => {
  for (const [index, timeZone] of zones.entries()) {
    const anchor = new Date(Date.UTC(1995, index % 12, 29 + (index % 3), index % 24, 30));
    for (const period of intervals) {
      const calendar = { ...monthly, anchor, timeZone, period };
      const years =
        { P1D: 365, P7D: 52, P14D: 26, P1M: 12, P3M: 4, P1Y: 1, PT36H: 243 }[period] ?? 1;
      // The whole of a short list; of a long one the ends, and the days around Apia's missing 30 December 2011.
      const all = 50 * years;
      const missing = windowAt(calendar, 'period', new Date('2011-12-30T10:00:00Z'))?.number ?? 1;
      for (const [from, to] of [
        [1, 40],
        [missing - 5, missing + 5],
        [all - 20, all],
      ] as const)
        tiles(calendar, Math.max(1, from), to);
      const some = windowNumbered(calendar, 'period', all);
      expect(some?.startsAt).toEqual(addDuration(anchor, period, all - 1, timeZone));
    }
  }
});

test('no window depends on the zone of the process', () => {
  const own = process.env.TZ;
  const boundaries = () =>
    zones
      .slice(0, 20)
      .flatMap((timeZone) =>
        [1, 2, 7, 13].map((number) => windowNumbered({ ...monthly, timeZone }, 'period', number)),
      );
  const before = boundaries();
  try {
    for (const zone of ['Pacific/Apia', 'America/St_Johns', 'Asia/Kathmandu']) {
      process.env.TZ = zone;
      expect(new Date(0).getTimezoneOffset()).not.toBe(0);
      expect(boundaries()).toEqual(before);
    }
  } finally {
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  }
});

const moments = fc
  .integer({ min: 0, max: 700 * 24 })
  .map((hours) => new Date(start.getTime() + hours * 3_600_000));

const histories = fc.record({
  timeZone: fc.constantFrom(...zones),
  period: fc.constantFrom(...intervals),
  shifts: fc.array(
    fc.record({
      at: moments,
      days: fc.integer({ min: 1, max: 60 }),
      isPause: fc.boolean(),
      before: fc.constantFrom(...intervals),
    }),
    { maxLength: 5 },
  ),
  latest: fc.option(fc.record({ at: moments, days: fc.option(fc.integer({ min: 1, max: 60 })) })),
});

/** In order of time and, of pauses, none within another. */
function calendarOf({
  timeZone,
  period,
  shifts,
  latest,
}: typeof histories extends fc.Arbitrary<infer T> ? T : never): Calendar {
  const sorted = [...shifts].sort((one, other) => one.at.getTime() - other.at.getTime());
  const kept: Shift[] = [];
  let free = start.getTime();
  for (const { at: moment, days, isPause, before } of sorted) {
    if (moment.getTime() < free) continue;
    const until = new Date(moment.getTime() + days * day);
    kept.push(
      isPause ? { kind: 'pause', at: moment, until } : { kind: 'anchor', at: moment, before },
    );
    free = isPause ? until.getTime() : moment.getTime() + 1;
  }
  const pausedAt = latest && latest.at.getTime() >= free ? latest.at : null;
  const resumesAt =
    pausedAt && latest?.days ? new Date(pausedAt.getTime() + latest.days * day) : null;
  return { ...monthly, timeZone, period, shifts: kept, pausedAt, resumesAt };
}

test('windows tile time whatever was paused and re-anchored', () => {
  fc.assert(
    fc.property(histories, moments, (history, later) => {
      const calendar = calendarOf(history);
      const known = new Date(later.getTime() + 800 * day);
      const last = windowAt(calendar, 'period', known);
      const isOpen = last?.endsAt === null;

      tiles(calendar, 1, (last?.number ?? 1) - (isOpen ? 1 : 0), known);

      if (isOpen) expect(windowNumbered(calendar, 'period', (last?.number ?? 0) + 1)).toBeNull();
      const now = windowAt(calendar, 'period', later);
      const whole = windowNumbered(calendar, 'period', now?.number ?? 0, later);
      expect(whole).toMatchObject({ startsAt: now?.startsAt, endsAt: now?.endsAt });
      expect(windowNumbered(calendar, 'period', 1)?.startsAt).toEqual(start);
    }),
    { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 60) },
  );
  expect(windowNumbered({ ...monthly, pausedAt: start }, 'period', 1, FOREVER)?.endsAt).toBeNull();
});
