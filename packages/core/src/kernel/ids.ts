/**
 * Ids that show their kind and sort by the time they were made: `sub_` and a UUIDv7.
 *
 * They are made in code, never by the database: PostgreSQL 15 to 17 have no `uuidv7()`.
 */
import { uuidv7 } from 'uuidv7';

/**
 * A new id of the given kind.
 * @param prefix Its kind, without the underscore: `sub`, `evt`, `hld`.
 */
export function newId(prefix: string): string {
  return `${prefix}_${uuidv7()}`;
}
