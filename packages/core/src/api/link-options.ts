/** Reading `createBursar`'s `referrals`. */
import { ConfigurationError } from '../kernel/index.ts';
import type { LinkOptions } from '../referrals/index.ts';

/**
 * What signs referral links, the first one first; none without the option.
 * @throws {ConfigurationError} A secret is shorter than 16 characters, or a key is unknown.
 */
export function readLinks(given?: LinkOptions): readonly string[] {
  if (given === undefined) return [];
  const { secret, ...rest } = given;
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const isUsable =
    Array.isArray(secrets) &&
    secrets.length > 0 &&
    secrets.every((one) => typeof one === 'string' && one.length >= 16);
  if (!isUsable || Object.keys(rest).length > 0)
    throw new ConfigurationError(
      'referrals must be { secret }, a text of at least 16 characters or several of them.',
      { option: 'referrals' },
    );
  return secrets as readonly string[];
}
