/** The hash of a request: the same for the same content, whatever the order of its keys. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, contentHash, requestHash } from './hash.ts';

test('the order of keys and absent options do not matter, at any depth', () => {
  const one = {
    verb: 'consume',
    amount: 3,
    by: { kind: 'user', id: 'a' },
    of: undefined,
    list: [{ b: 1, a: 2 }],
  };
  const other = {
    list: [{ a: 2, b: 1 }],
    by: { id: 'a', kind: 'user' },
    amount: 3,
    verb: 'consume',
  };

  expect(requestHash(one)).toBe(requestHash(other));
  expect(contentHash(one)).toBe(contentHash(other));
});

test('canonical JSON is JSON: it reads as what it was written from', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 300 },
  );
});

test('content and the order of lists do', () => {
  const hashes = [
    { a: 1 },
    { a: '1' },
    { a: null },
    {},
    { a: [1, 2] },
    { a: [2, 1] },
    null,
    'a',
  ].map(requestHash);

  expect(new Set(hashes).size).toBe(hashes.length);
});

test('it fits in a signed bigint, and never changes: keys in the ledger are compared with it for good', () => {
  for (let index = 0; index < 200; index += 1) {
    const hash = requestHash({ index });
    expect(BigInt.asIntN(64, hash)).toBe(hash);
  }
  expect(requestHash({ b: [1, 'ü'], a: { d: null, c: true } })).toBe(-9060976790339892020n);
  expect(canonicalJson({ b: new Date(0), a: undefined })).toBe('{"b":"1970-01-01T00:00:00.000Z"}');
});
