/**
 * Sending one statement to PGlite in one message: parsed once under a name, then bound and executed.
 *
 * PGlite's own `query` takes six exchanges and parses anew each time. Values travel as text, as in postgres.js,
 * and rows come back with the same types.
 */
import type { PGlite } from '@electric-sql/pglite';
import type { Row } from './codec.ts';
import type { Value } from './statement.ts';
import { fromWire } from './wire.ts';

type Column = { readonly name: string; readonly dataTypeID: number };
type Prepared = { readonly name: string; columns: readonly Column[] | null };
type Message = {
  readonly name: string;
  readonly fields?: readonly Column[] | readonly (string | null)[];
};

export type Protocol = {
  run(text: string, values: readonly Value[]): Promise<Row[]>;
  /** Several statements in one text, without values; the rows of them all. */
  script(text: string): Promise<Row[]>;
};

/** Statements kept by name on one instance; the caller sees to it that one runs at a time. */
export function createProtocol(client: PGlite): Protocol {
  const prefix = `bursar_${Math.random().toString(36).slice(2, 8)}_`;
  const prepared = new Map<string, Prepared>();
  let count = 0;

  async function run(text: string, values: readonly Value[]): Promise<Row[]> {
    const earlier = prepared.get(text);
    const statement = earlier ?? { name: `${prefix}${++count}`, columns: null };
    try {
      const rows = await exchange(statement, earlier ? null : text, values);
      if (!earlier && prepared.size < preparedMax) prepared.set(text, statement);
      return rows;
    } catch (error) {
      prepared.delete(text);
      // The host deallocated it, or a migration changed what it returns: outside a transaction it can be made anew.
      if (earlier && isStale(error)) return run(text, values);
      throw error;
    }
  }

  async function exchange(
    statement: Prepared,
    text: string | null,
    values: readonly Value[],
  ): Promise<Row[]> {
    const message = [
      ...(text === null ? [] : [parse(statement.name, text)]),
      bind(statement.name, values),
      ...(statement.columns === null ? [describePortal] : []),
      executeAndSync,
    ];
    return rowsOf(
      await client.execProtocolStream(Buffer.concat(message), { syncToFs: false }),
      statement,
    );
  }

  async function script(text: string): Promise<Row[]> {
    const answer = await client.execProtocolStream(framed('Q', Buffer.from(`${text}\0`)), {
      syncToFs: false,
    });
    return rowsOf(answer, { name: '', columns: null });
  }

  return { run, script };
}

function rowsOf(answer: readonly Message[], statement: Prepared): Row[] {
  const rows: Row[] = [];
  for (const { name, fields } of answer) {
    if (name === 'rowDescription') statement.columns = fields as readonly Column[];
    else if (name === 'noData') statement.columns = [];
    else if (name === 'dataRow')
      rows.push(rowOf(statement.columns ?? [], fields as readonly (string | null)[]));
  }
  return rows;
}

const preparedMax = 2_000;

function isStale(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '26000' || code === '0A000';
}

function rowOf(columns: readonly Column[], fields: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index += 1) {
    const { name, dataTypeID } = columns[index] as Column;
    const field = fields[index] ?? null;
    row[name] = field === null ? null : fromWire(dataTypeID, field);
  }
  return row;
}

function framed(kind: string, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(body.length + 5);
  frame.write(kind, 0, 'latin1');
  frame.writeInt32BE(body.length + 4, 1);
  body.copy(frame, 5);
  return frame;
}

function parse(name: string, text: string): Buffer {
  return framed('P', Buffer.from(`${name}\0${text}\0\0\0`));
}

function bind(name: string, values: readonly Value[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`\0${name}\0`), int16(0), int16(values.length)];
  for (const value of values) {
    const bytes = value === null ? null : Buffer.from(asText(value));
    parts.push(int32(bytes ? bytes.length : -1));
    if (bytes) parts.push(bytes);
  }
  parts.push(int16(0));
  return framed('B', Buffer.concat(parts));
}

function asText(value: NonNullable<Value>): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return typeof value === 'string' ? value : value.toString();
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const describePortal = framed('D', Buffer.from('P\0'));
const executeAndSync = Buffer.concat([
  framed('E', Buffer.from('\0\0\0\0\0')),
  framed('S', Buffer.alloc(0)),
]);
