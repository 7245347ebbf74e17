/**
 * SQL as a value: text with numbered places, and the values that go there. Nothing is ever spliced in as text.
 *
 * Values are bound as text, numbers, booleans or null; an instant is an ISO text with a cast
 * (`${at(now)}::text::timestamptz`), JSON a text with `::text::jsonb`: this way all drivers agree,
 * also those whose date and JSON serializers a host has swapped.
 */

/** One statement, ready to be sent. */
export type Statement = {
  readonly text: string;
  readonly values: readonly Value[];
  /** Whose rows it is about, where those are others than its scope's tenant's: what stands behind a wall must say so. */
  readonly tenants?: readonly number[] | 'all' | undefined;
};

/** What may be bound. A `bigint` is sent as text. */
export type Value = string | number | boolean | bigint | null;

/** Builds a `Statement`: `` sql`select … where id = ${id}` ``. A nested statement is inlined with its values. */
export function sql(
  parts: TemplateStringsArray,
  ...values: readonly (Value | Statement)[]
): Statement {
  const bound: Value[] = [];
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text +=
      typeof value === 'object' && value !== null ? inline(value, bound) : place(value, bound);
    text += parts[index + 1] ?? '';
  });
  return { text, values: bound };
}

function place(value: Value, bound: Value[]): string {
  bound.push(typeof value === 'bigint' ? value.toString() : value);
  return `$${bound.length}`;
}

function inline(statement: Statement, bound: Value[]): string {
  const offset = bound.length;
  bound.push(...statement.values);
  return statement.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + offset}`);
}

/** An instant as it is bound; `null` stays null. Write `${at(x)}::text::timestamptz`. */
export function at(instant: Date): string;
export function at(instant: Date | null): string | null;
export function at(instant: Date | null): string | null {
  return instant === null ? null : instantText(instant);
}

/** A value as JSON text. Write `${json(x)}::text::jsonb`. */
export function json(value: unknown): string {
  return JSON.stringify(value);
}

/** Values as an array's text. Write `${list(x)}::text::bigint[]`: no driver has to know the array's type. */
export function list(values: readonly (string | number | bigint | null)[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: string | number | bigint | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value);
}

function instantText(instant: Date): string {
  const time = instant.getTime();
  if (time === FOREVER.getTime()) return 'infinity';
  return time === BEFORE_ALL.getTime() ? '-infinity' : instant.toISOString();
}

/** Stands for PostgreSQL's `infinity`: the last instant JavaScript can name. */
export const FOREVER: Date = new Date(8.64e15);
/** Stands for PostgreSQL's `-infinity`. */
export const BEFORE_ALL: Date = new Date(-8.64e15);
