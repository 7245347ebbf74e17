/**
 * Lists by cursor: a page, the place where the next one starts, and how many a page may hold.
 *
 * A cursor is opaque and names its list, so that one from another list, or a broken one, is refused.
 */
import { BursarError, ValidationError } from './errors.ts';

/** One page of a list; `next` is null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** What a cursor remembers of the last row: the values the list is ordered by. */
export type Position = readonly (string | number | null)[];

/** Where a list by creation stands: its row made at an instant, and of several made then the one of this id. */
export type Moment = { readonly createdAt: Date; readonly id: string };

/** The cursor is not one that this list gave out. Nothing was read; ask for the first page again. */
export class CursorError extends BursarError {
  override readonly code = 'cursor';
  constructor(list: string) {
    super(`The cursor is not one of ${list}: leave it out to start again.`, {
      errors: [{ pointer: '/cursor', detail: `must be the "next" of an earlier page of ${list}` }],
    });
  }
}

/** The text that stands for `position` in `list`. */
export function encodeCursor(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

/**
 * The position a cursor of `list` stands for; `null` without a cursor: start at the beginning.
 * @throws {CursorError} It is broken, or belongs to another list.
 */
export function decodeCursor(list: string, cursor: string | undefined | null): Position | null {
  if (cursor === undefined || cursor === null) return null;
  const read = parsed(cursor);
  if (!Array.isArray(read) || read[0] !== list || !read.slice(1).every(isPlace))
    throw new CursorError(list);
  return read.slice(1) as Position;
}

/**
 * As `decodeCursor`, of a list that is ordered by one whole number.
 * @throws {CursorError} It is broken, or belongs to another list.
 */
export function decodeNumber(list: string, cursor: string | undefined | null): number | null {
  const position = decodeCursor(list, cursor);
  if (position === null) return null;
  const [place] = position;
  if (position.length !== 1 || typeof place !== 'number') throw new CursorError(list);
  return place;
}

/**
 * As `decodeCursor`, of a list that is ordered by one text, as ids of version 7 are.
 * @throws {CursorError} It is broken, or belongs to another list.
 */
export function decodeText(list: string, cursor: string | undefined | null): string | null {
  const position = decodeCursor(list, cursor);
  if (position === null) return null;
  const [place] = position;
  if (position.length !== 1 || typeof place !== 'string') throw new CursorError(list);
  return place;
}

/**
 * As `decodeCursor`, of a list that is ordered by an instant and then an id.
 * @throws {CursorError} It is broken, or belongs to another list.
 */
export function decodeMoment(list: string, cursor: string | undefined | null): Moment | null {
  const position = decodeCursor(list, cursor);
  if (position === null) return null;
  const [written, id] = position;
  const createdAt = new Date(String(written));
  if (Number.isNaN(createdAt.getTime()) || typeof id !== 'string') throw new CursorError(list);
  return { createdAt, id };
}

function parsed(cursor: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function isPlace(value: unknown): boolean {
  return value === null || typeof value === 'string' || Number.isSafeInteger(value);
}

/**
 * How many items a page holds: 1 to 100, 20 unless asked.
 * @throws {ValidationError} Out of range.
 */
export function checkLimit(limit: number | undefined): number {
  if (limit === undefined) return 20;
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new ValidationError([
    { pointer: '/limit', detail: 'must be a whole number from 1 to 100' },
  ]);
}

/**
 * Makes a page of rows that were read with a limit one above the page's: the extra row only tells that there is more.
 * @param positionOf The values the list is ordered by, of one row.
 */
export function pageOf<T>(
  list: string,
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => Position,
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor(list, positionOf(last)) : null };
}
