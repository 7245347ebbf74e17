/**
 * How a statement is sent on each kind of open transaction that a host may have.
 *
 * Whatever parsers, serializers and name transforms the host has set on its client, rows come out the same.
 */
import type { Row } from './codec.ts';
import { ConfigurationError } from './errors.ts';
import type { Value } from './statement.ts';
import { fromWire, wireTypes } from './wire.ts';

export type Send = (text: string, values: readonly Value[]) => Promise<Row[]>;
export type Loose = Record<string, unknown>;
type Method = (...parameters: unknown[]) => Promise<{ rows: Row[] }>;

/** Whether it has a method of this name. */
export function has(handle: Loose, method: string): boolean {
  return typeof handle[method] === 'function';
}

/** Raw, so that neither the host's parsers nor its transforms of values see the rows; names are undone below. */
export function overPostgresJs(handle: Loose): Send {
  type Column = { readonly name: string; readonly type: number };
  type Raw = Promise<(Buffer | null)[][] & { columns: Column[] }>;
  const unsafe = handle.unsafe as (
    text: string,
    values: unknown[],
    options: object,
  ) => { raw(): Raw };
  return async (text, values) => {
    const rows = await unsafe(text, [...values], { prepare: true, simple: false }).raw();
    const columns = (rows.columns ?? []).map(({ name, type }) => ({
      name: inSnakeCase(name),
      type,
    }));
    return Array.from(rows, (row) =>
      Object.fromEntries(
        columns.map(({ name, type }, index) => [name, readBuffer(type, row[index])] as const),
      ),
    );
  };
}

function readBuffer(type: number, value: Buffer | null | undefined): unknown {
  return value === null || value === undefined ? null : fromWire(type, value.toString('utf8'));
}

/** `validUntil`, `ValidUntil` and `valid-until` are what a host's transform makes of `valid_until`. */
function inSnakeCase(name: string): string {
  return name
    .replace(/(?<=.)[A-Z]/g, '_$&')
    .replaceAll('-', '_')
    .toLowerCase();
}

const parsers = Object.fromEntries(
  wireTypes.map((type) => [type, (text: string) => fromWire(type, text)]),
);

/** PGlite's transaction, past the host's parsers and serializers. */
export function overPglite(handle: Loose): Send {
  const serializers = Object.fromEntries(
    [16, 20, 21, 23, 25, 700, 701, 1700].map((type) => [type, asText]),
  );
  const query = (handle.query as Method).bind(handle);
  return async (text, values) => (await query(text, values, { parsers, serializers })).rows;
}

function asText(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
}

/** pg's clients, past the host's type parsers. */
export function overPg(handle: Loose): Send {
  const types = { getTypeParser: (type: number) => (text: string) => fromWire(type, text) };
  const query = (handle.query as Method).bind(handle);
  return async (text, values) => {
    refuseIdle(handle);
    return (await query({ text, values, types })).rows;
  };
}

/** Newer clients know. Without a transaction each statement would commit by itself, and a verb by halves. */
function refuseIdle(handle: Loose): void {
  const statusOf = handle.getTransactionStatus as (() => unknown) | undefined;
  if (statusOf?.call(handle) !== 'I') return;
  throw new ConfigurationError(
    'using(client) found no transaction open on this pg client: await its BEGIN first, and drop the kit after COMMIT.',
  );
}

/** Anything else that can query: its rows are taken as they come. */
export function overQueryClient(handle: Loose): Send {
  const query = (handle.query as Method).bind(handle);
  return async (text, values) => (await query(text, values)).rows;
}
