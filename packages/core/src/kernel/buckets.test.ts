/** Buckets: where the first begins, how they are called, and that they leave nothing out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BucketSize, bucketSizes, bucketsOf } from './buckets.ts';

const keys = (from: string, until: string, size: BucketSize, timeZone = 'UTC') =>
  bucketsOf({ from: new Date(from), until: new Date(until), size, timeZone }).map(({ key }) => key);

test.each<[BucketSize, string[]]>([
  ['minute', ['2004-12-31 23:59', '2005-01-01 00:00']],
  ['hour', ['2004-12-31 23', '2005-01-01 00']],
  ['day', ['2004-12-31', '2005-01-01']],
  ['week', ['200453']],
  ['month', ['2004-12', '2005-01']],
  ['year', ['2004', '2005']],
])('a %s is called by what it is', (size, expected) => {
  expect(keys('2004-12-31T23:59:30Z', '2005-01-01T00:00:30Z', size)).toEqual(expected);
});

test('a week begins on Monday, a day at midnight of the zone', () => {
  const [week] = bucketsOf({
    ...{ from: new Date('2026-11-25T12:00:00Z'), until: new Date('2026-11-25T12:00:00Z') },
    ...{ size: 'week', timeZone: 'Europe/Berlin' },
  });

  expect(week).toEqual({
    ...{ key: '202648', startsAt: new Date('2026-11-22T23:00:00Z') },
    endsAt: new Date('2026-11-29T23:00:00Z'),
  });
  expect(keys('2026-12-31T23:30:00Z', '2026-12-31T23:30:00Z', 'year', 'Europe/Berlin')).toEqual([
    '2027',
  ]);
});

test('more than a thousand are refused', () => {
  expect(() => keys('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'minute')).toThrow(
    /1000 buckets/,
  );
});

test('follow one another from the one that holds the start to the last that begins before the end', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      fc.integer({ min: 0, max: 500 }),
      fc.constantFrom(...bucketSizes.filter((size) => size !== 'minute')),
      fc.constantFrom('UTC', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu'),
      (from, hours, size, timeZone) => {
        const until = new Date(from.getTime() + hours * 3_600_000);
        const buckets = bucketsOf({ from, until, size, timeZone });

        const [first] = buckets;
        expect(first && first.startsAt <= from && first.endsAt > from).toBe(true);
        buckets.forEach(({ startsAt, endsAt }, index) => {
          expect(endsAt > startsAt).toBe(true);
          if (index > 0) expect(startsAt).toEqual(buckets[index - 1]?.endsAt);
          if (index > 0) expect(startsAt < until).toBe(true);
        });
        expect((buckets.at(-1)?.endsAt ?? from) >= until).toBe(true);
      },
    ),
  );
});
