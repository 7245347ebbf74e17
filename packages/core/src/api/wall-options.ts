/**
 * Reading `createBursar`'s `rls`: a wall between tenants takes two roles, since what is of all tenants must be seen by somebody.
 * Whether the database's roles are such is asked when it is opened.
 */
import { ConfigurationError } from '../kernel/index.ts';
import type { BursarOptions } from './kit-options.ts';

/**
 * Whether there is to be a wall.
 * @throws {ConfigurationError} Without the owner's URL there can be none.
 */
export function readWall({ rls = false, directUrl }: BursarOptions): boolean {
  if (rls && directUrl === undefined)
    throw new ConfigurationError(
      "With rls: true, pass the URL of the tables' owner as directUrl, and as database that of a role of its own.",
      { option: 'directUrl' },
    );
  return rls;
}
