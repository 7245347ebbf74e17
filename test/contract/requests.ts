/**
 * Requests made from an OpenAPI document: as its schemas say, and wrong in every way a stranger thinks of.
 *
 * A generated request is data, so that fast-check can make it smaller and both frameworks can be asked the same.
 */
import fc from 'fast-check';
import type { Call } from './host.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document is walked, not typed.
export type Any = any;

export type Operation = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly described: Any;
};

/** Every operation of a document. */
export function operationsOf(document: Any): Operation[] {
  return Object.entries<Any>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Any>(methods).map(([method, described]) => ({
      ...{ path, described },
      method: method.toUpperCase() as Operation['method'],
    })),
  );
}

/** What is really there, so that good requests come through. */
const known: Readonly<Record<string, readonly unknown[]>> = {
  customer: ['ann', 'bob'],
  plan: ['free', 'hourly', 'pro'],
  unit: ['EUR', 'points', 'api-calls', 'seats'],
  feature: ['track-time', 'api-calls', 'ai-tokens', 'seats', 'upload-mb'],
  id: ['ann', 'mine'],
  startsAt: ['2026-01-01T00:00:00Z'],
  period: ['P1M', 'infinite'],
  amount: [1, 7],
  limit: ['1', '100'],
};

const text = fc.string({ unit: 'binary', maxLength: 40 });
/** Of the wrong type, out of every range, or not storable. */
const wild = fc.oneof(
  fc.constantFrom<Any>(
    ...[null, true, -1, 0, 1.5, 1e300, -0, 2 ** 53, 2 ** 53 - 1, -(2 ** 53)],
    ...[
      '',
      ' ',
      '\0',
      'a\0b',
      '\ud800',
      '💸',
      'ｆｕｌｌ',
      '../..',
      "'; drop table",
      '%',
      '__proto__',
    ],
    ...['9'.repeat(400), 'x'.repeat(5_000), '0', '-1', '1.5', '1e3', 'NaN'],
    ...['P0D', 'P999999999Y', 'P1M2', 'PT1S', '-P1M', '0000-01-01T00:00:00Z'],
    ...['9999-12-31T23:59:59-23:59', '2026-02-30T00:00:00Z', '2026-01-01', [], {}, [[]], [null]],
  ),
  text,
  fc.jsonValue({ maxDepth: 2 }),
);

/** A value as the schema says, sometimes one that is known by that name, and at times a wild one. */
function valueFor(schema: Any, name: string, wildness: number): fc.Arbitrary<Any> {
  const good = fc.oneof(
    { weight: name in known ? 5 : 0, arbitrary: fc.constantFrom(...(known[name] ?? [null])) },
    { weight: 1, arbitrary: asSaid(schema, wildness) },
  );
  return fc.oneof(
    { weight: 100 - wildness, arbitrary: good },
    { weight: wildness, arbitrary: wild },
  );
}

function asSaid(schema: Any, wildness: number): fc.Arbitrary<Any> {
  const { type, anyOf, properties, required = [], items, additionalProperties } = schema;
  if (anyOf) return fc.oneof(...anyOf.map((one: Any) => asSaid(one, wildness)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (type === 'integer') return integer(schema);
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') return fc.array(valueFor(items, '', wildness), { maxLength: 3 });
  if (type === 'string') return string(schema);
  if (type !== 'object') return fc.jsonValue({ maxDepth: 1 });
  if (!properties)
    return fc.dictionary(
      fc.constantFrom('api-calls', 'seats', 'track-time', 'nothing'),
      valueFor(additionalProperties ?? {}, '', wildness),
      { maxKeys: 2 },
    );
  return objectOf(properties, required, wildness);
}

function objectOf(properties: Any, required: string[], wildness: number): fc.Arbitrary<Any> {
  const fields = Object.fromEntries(
    Object.entries<Any>(properties).map(([name, one]) => [name, valueFor(one, name, wildness)]),
  );
  const whole = fc.record(fields, { requiredKeys: required });
  const odd = fc.tuple(
    fc.record(fields, { requiredKeys: [] }),
    fc.dictionary(text, wild, { maxKeys: 2 }),
  );
  return fc.oneof(
    { weight: 100 - wildness, arbitrary: whole },
    { weight: wildness, arbitrary: odd.map(([some, more]) => ({ ...some, ...more })) },
  );
}

function integer({ minimum, exclusiveMinimum, maximum }: Any): fc.Arbitrary<number> {
  const low = exclusiveMinimum === undefined ? (minimum ?? -100) : exclusiveMinimum + 1;
  const high = maximum ?? Number.MAX_SAFE_INTEGER;
  return fc.oneof(fc.integer({ min: low, max: Math.min(high, 1_000) }), fc.constantFrom(low, high));
}

function string({ format, pattern, minLength = 0, maxLength = 60 }: Any): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const [min, max] = [new Date('1900-01-01'), new Date('2200-01-01')];
    return fc.date({ min, max, noInvalidDate: true }).map((at) => at.toISOString());
  }
  if (pattern === '^P') return fc.constantFrom('P1M', 'PT30M', 'P1Y2M', 'P7D', 'P', 'Pfoo');
  if (pattern) return fc.nat({ max: 200 }).map(String);
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) });
}

const tooLong = `"${'x'.repeat(70_000)}"`;
const bodyTexts = fc.constantFrom(
  ...[tooLong, tooLong],
  ...[
    '',
    '{',
    '{"a":',
    '"text"',
    'null',
    '[]',
    '7',
    '{"a":1}}',
    '\u0000',
    '{"__proto__":{}}',
    '{"a":"\\ud800"}',
  ],
  ...['{"plan":"free","plan":"pro"}', '['.repeat(2_000), tooLong, '﻿{}', '{"amount":1e400}'],
);
const types = fc.constantFrom(
  ...['application/json', 'application/json; charset=utf-8', 'application/json; charset=latin1'],
  ...[
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'nonsense',
    'multipart/form-data',
  ],
);

/** A request of one operation: mostly good when `wildness` is low, of 100. */
export function requestsOf(operation: Operation, wildness: number): fc.Arbitrary<Call> {
  const { method, path, described } = operation;
  const placed = (place: string): [string, Any][] =>
    described.parameters
      .filter((one: Any) => one.in === place)
      .map((one: Any) => [one.name, valueFor(one.schema, one.name, wildness)]);
  const strange = fc.dictionary(fc.constantFrom('limit[]', 'x', 'constructor', 'a[b]'), wild, {
    maxKeys: 1,
  });
  return fc
    .record({
      params: fc.record(Object.fromEntries(placed('path'))),
      query: fc.record(Object.fromEntries(placed('query')), { requiredKeys: [] }),
      extra: rarely(wildness, strange, {}),
      who: fc.constantFrom(
        'ann',
        'ann',
        'bob',
        undefined,
        ...(wildness > 20 ? ['x'.repeat(300), '%00'] : []),
      ),
      admin: fc.constantFrom('yes', 'yes', 'yes', 'no', 'YES'),
      key: fc.option(fc.constantFrom('k1', 'k2', 'k'.repeat(256)), { nil: undefined, freq: 2 }),
      body: bodyOf(described, wildness),
    })
    .map(({ params, query, extra, who, admin, key, body }) => ({
      method,
      path: pathOf(path, params) + searchOf({ ...query, ...extra }),
      user: who,
      headers: { 'x-admin': admin, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      ...body,
    }));
}

function bodyOf({ requestBody }: Any, wildness: number): fc.Arbitrary<Pick<Call, 'body' | 'raw'>> {
  if (!requestBody) return fc.constant({});
  const { schema } = requestBody.content['application/json'];
  return fc.oneof(
    {
      weight: 200 - wildness,
      arbitrary: valueFor(schema, '', wildness).map((body) => ({ body })),
    },
    {
      weight: wildness,
      arbitrary: fc.record({ type: types, text: bodyTexts }).map((raw) => ({ raw })),
    },
  );
}

function rarely<T>(of100: number, arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 100 - of100, arbitrary: fc.constant(otherwise) },
    { weight: of100, arbitrary },
  );
}

function pathOf(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name) => encoded(params[name]) || '%20');
}

function searchOf(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** What cannot be encoded goes as it would from a careless client; dots would be taken for a way up. */
function encoded(value: unknown): string {
  const plain = typeof value === 'string' ? value : String(JSON.stringify(value));
  try {
    return encodeURIComponent(plain.slice(0, 2_000)).replaceAll('.', '%2E');
  } catch {
    return '%ED%A0%80';
  }
}
