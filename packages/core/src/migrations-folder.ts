/**
 * Where the migrations lie. This file stands directly under `src` because `dist` is flat: the path is the same in both.
 */
import { fileURLToPath } from 'node:url';

/** The folder of SQL files and their journal, in the package. */
export const migrationsFolder: string = fileURLToPath(new URL('../migrations', import.meta.url));
