/** Reading `createBursar`'s `webhooks`. */
import { ConfigurationError } from '../kernel/index.ts';
import type { WebhookOptions } from './kit-options.ts';

const known = ['allowPrivate', 'timeoutMilliseconds'];

/**
 * With its defaults.
 * @throws {ConfigurationError} An unknown key, or a value that cannot be.
 */
export function readWebhooks(
  given: WebhookOptions = {},
): Readonly<Required<{ [K in keyof WebhookOptions]: NonNullable<WebhookOptions[K]> }>> {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown) throw wrong(unknown, `is not known; known are ${known.join(', ')}`);
  const { allowPrivate = false, timeoutMilliseconds = 15_000 } = given;
  if (typeof allowPrivate !== 'boolean') throw wrong('allowPrivate', 'must be true or false');
  const isTime = Number.isInteger(timeoutMilliseconds) && timeoutMilliseconds >= 100;
  if (!isTime || timeoutMilliseconds > 60_000)
    throw wrong('timeoutMilliseconds', 'must be a whole number from 100 to 60000');
  return { allowPrivate, timeoutMilliseconds };
}

function wrong(key: string, what: string): ConfigurationError {
  const option = `webhooks.${key}`;
  return new ConfigurationError(`${option} ${what}.`, { option });
}
