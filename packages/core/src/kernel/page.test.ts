/** Cursors and limits: what a list gave out comes back, all else is refused by name. */
import { expect, test } from 'vitest';
import {
  checkLimit,
  decodeCursor,
  decodeMoment,
  decodeNumber,
  decodeText,
  encodeCursor,
  pageOf,
} from './page.ts';

test('a position comes back as it went out', () => {
  const position = ['2026-01-01T00:00:00.000Z', 'sub_ü', 42, null];

  expect(decodeCursor('subscriptions', encodeCursor('subscriptions', position))).toEqual(position);
  expect(decodeCursor('subscriptions', undefined)).toBeNull();
});

test.each([
  '',
  'x',
  '%%%',
  encodeCursor('customers', [1]),
  Buffer.from('{}').toString('base64url'),
  Buffer.from('["subscriptions",{}]').toString('base64url'),
  Buffer.from('["subscriptions",1.5]').toString('base64url'),
])('cursor %j is refused, naming the field', (cursor) => {
  expect(() => decodeCursor('subscriptions', cursor)).toThrow(
    expect.objectContaining({
      code: 'cursor',
      status: 422,
      details: { errors: [expect.objectContaining({ pointer: '/cursor' })] },
    }),
  );
});

test('a list ordered by a number takes a number, and nothing else', () => {
  expect(decodeNumber('customers', encodeCursor('customers', [42]))).toBe(42);
  expect(decodeNumber('customers', undefined)).toBeNull();
  for (const position of [['42'], [null], [], [1, 2]]) {
    expect(() => decodeNumber('customers', encodeCursor('customers', position))).toThrow(
      expect.objectContaining({ code: 'cursor' }),
    );
  }
});

test('a list ordered by a text takes a text, and nothing else', () => {
  expect(decodeText('jobs', encodeCursor('jobs', ['job_1']))).toBe('job_1');
  expect(decodeText('jobs', undefined)).toBeNull();
  for (const position of [[42], [null], [], ['job_1', 'job_2']]) {
    expect(() => decodeText('jobs', encodeCursor('jobs', position))).toThrow(
      expect.objectContaining({ code: 'cursor' }),
    );
  }
});

test('a list ordered by creation takes an instant and an id, and nothing else', () => {
  const createdAt = new Date('2026-01-01T00:00:00.000Z');

  const cursor = encodeCursor('orders', [createdAt.toISOString(), 'ord_1']);

  expect(decodeMoment('orders', cursor)).toEqual({ createdAt, id: 'ord_1' });
  expect(decodeMoment('orders', undefined)).toBeNull();
  for (const position of [['yesterday', 'ord_1'], [createdAt.toISOString(), 1], []]) {
    expect(() => decodeMoment('orders', encodeCursor('orders', position))).toThrow(
      expect.objectContaining({ code: 'cursor' }),
    );
  }
});

test.each([0, 101, -1, 1.5, Number.NaN, '5'])('limit %s is refused, naming the field', (limit) => {
  expect(() => checkLimit(limit as number)).toThrow(
    expect.objectContaining({
      code: 'validation',
      errors: [expect.objectContaining({ pointer: '/limit' })],
    }),
  );
});

test('a limit is 20 unless asked, and at most 100', () => {
  expect([checkLimit(undefined), checkLimit(1), checkLimit(100)]).toEqual([20, 1, 100]);
});

test('a page knows of a next one by the one row too many', () => {
  const rows = [1, 2, 3];

  expect(pageOf('numbers', rows, 3, (row) => [row])).toEqual({ items: rows, next: null });
  const page = pageOf('numbers', rows, 2, (row) => [row]);
  expect(page.items).toEqual([1, 2]);
  expect(decodeCursor('numbers', page.next)).toEqual([2]);
  expect(pageOf('numbers', [], 2, () => [])).toEqual({ items: [], next: null });
});
