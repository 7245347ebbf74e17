/** What can go wrong with a setting. */
import { BursarError } from '../kernel/index.ts';

/** No rule reads such a setting. */
export class SettingUnknownError extends BursarError {
  override readonly code = 'not_found';
  constructor(key: string) {
    super(`There is no setting ${key}.`, { key });
  }
}
