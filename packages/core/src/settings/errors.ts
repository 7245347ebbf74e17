/** What can go wrong with a setting. */
import { BursarError } from '../kernel/index.ts';

/** No rule reads such a setting. Nothing was written. */
export class SettingUnknownError extends BursarError {
  override readonly code = 'not_found';
  constructor(key: string, known: readonly string[]) {
    super(`There is no setting ${key}: send one of ${known.join(', ')}.`, { key, known });
  }
}
