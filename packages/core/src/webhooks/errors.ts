/** What can go wrong with endpoints beyond their not being there. */
import { BursarError } from '../kernel/index.ts';

/**
 * The secret before the present one still signs, and a third would end it: receivers that know only it would refuse everything.
 * Nothing was written. Rotate after `until`, or with the overlap `PT0S`, which ends both at once.
 */
export class SecretInUseError extends BursarError {
  override readonly code = 'in_use';
  constructor(endpoint: string, until: Date) {
    super(
      `An earlier secret of ${endpoint} signs until ${until.toISOString()}: rotate then, or with the overlap PT0S.`,
      { endpoint, until: until.toISOString() },
    );
  }
}
