/** What of an error reaches the host's logger, and what of a text is crossed out. */
import { expect, test } from 'vitest';
import { carefulLogger, withoutSecrets } from './careful-logger.ts';
import { DatabaseError } from './errors.ts';

function told(facts: object): Record<string, unknown> {
  const heard: object[] = [];
  const keep = (one: object) => void heard.push(one);
  carefulLogger({ debug: keep, info: keep, warn: keep, error: keep }).error(facts, 'It failed');
  return heard[0] as Record<string, unknown>;
}

test('an error is told by class, words, code, place and causes, and by nothing that hangs on it', () => {
  const driver = Object.assign(new TypeError('duplicate key'), {
    ...{
      code: '23505',
      constraint_name: 'emails_once',
      detail: 'Key (email)=(ann)',
      query: 'insert',
    },
  });
  const error = new DatabaseError('It gave up.', { key: 'k' }, { cause: driver });

  const { err, customer } = told({ err: error, customer: 'ann@example.com' }) as {
    err: Error;
    customer: string;
  };
  const cause = err.cause as Error;

  expect(customer).toBe('ann@example.com');
  expect(told({ reason: 'sk_live_1' })).toEqual({ reason: 'sk_***' });
  expect([err.constructor.name, err.message, { ...err }]).toEqual([
    ...['DatabaseError', 'It gave up.', { code: 'database' }],
  ]);
  expect(err.stack).toBe(error.stack);
  expect([cause.constructor.name, cause.message, { ...cause }]).toEqual([
    ...['TypeError', 'duplicate key', { code: '23505', constraint: 'emails_once' }],
  ]);
});

test('whatever is thrown can be told, also what turns round in itself', () => {
  const circle = new Error('round');
  circle.cause = circle;
  const barbed = Object.create(Error.prototype, { message: { value: Object.create(null) } });

  expect(told({ err: circle }).err).toBeInstanceOf(Error);
  expect(told({ err: barbed }).err).toMatchObject({ message: 'It is no error.' });
  expect(told({ err: { secret: 's' } }).err).toBe('It is no error.');
  expect(told({ err: undefined }).err).toBe('undefined');
  expect(told({ err: Symbol('s') }).err).toBe('Symbol(s)');
});

test.each(['a', 'a.', 'a@', 'eyJ', 'x://', 'x://@', 'sk_', 'Bearer '])(
  'a text of nothing but %j is read in no time',
  (part) => {
    const began = performance.now();

    const left = withoutSecrets(part.repeat(200_000));

    expect(left.length).toBeLessThan(30_000);
    expect(performance.now() - began).toBeLessThan(500);
  },
);

test('a level is asked for only where the host’s logger knows levels', () => {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };

  expect(carefulLogger(quiet).isLevelEnabled).toBeUndefined();
  expect(carefulLogger({ ...quiet, isLevelEnabled: () => false }).isLevelEnabled?.('debug')).toBe(
    false,
  );
});

test.each([
  ['postgres://app:p@ss/w@db.example.com/app', 'postgres://***@db.example.com/app'],
  ['Authorization: Bearer abc.def-1', 'Authorization: Bearer ***'],
  ['no key sk_live_a1B2 here', 'no key sk_*** here'],
  ['write to ann.b+c@mail.example.com.', 'write to ***@***.'],
  ['at file:///app/node_modules/.pnpm/@bursar+core@1.0.0/dist/index.mjs:1', null],
  ['at /app/node_modules/.pnpm/postgres@3.4.9/node_modules/postgres/src/index.js:10', null],
  ['Customer ann is frozen.', null],
])('%s', (text, left) => {
  expect(withoutSecrets(text)).toBe(left ?? text);
});
