/** Durations: what is read, what is refused, what is stored. */
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['P1M', 'P1M'],
  ['P1W', 'P7D'],
  ['P2W3D', 'P17D'],
  ['P1Y2M10DT2H30M5S', 'P1Y2M10DT2H30M5S'],
  ['PT36H', 'PT36H'],
  ['P0D', 'P0D'],
  ['PT0S', 'P0D'],
])('%s is stored as %s', (text, stored) => {
  expect(formatDuration(parseDuration(text))).toBe(stored);
});

test.each([
  '',
  'P',
  'PT',
  'P1',
  '1M',
  'P-1M',
  '-P1M',
  'P1.5D',
  'P1DT',
  'p1m',
  'P1M ',
  'P1D1M',
  'P1H',
  'P99999Y',
  'P1M\n',
  'P1Y2M10DT2H30M5S0000000000000000000',
])('%j is refused', (text) => {
  expect(() => parseDuration(text, '/period')).toThrow(
    expect.objectContaining({
      code: 'validation',
      errors: [expect.objectContaining({ pointer: '/period' })],
    }),
  );
});
