/** Reading the option `settings`: flat keys or nested ones, each known and fitting. */
import { ConfigurationError } from '../kernel/index.ts';
import { faultsOfValue } from './check-value.ts';
import { findSetting, type Named, type Own, settingNamed } from './registry.ts';

/**
 * The host's own values by key. `{ 'holds.ttl': 'PT1H' }` and `{ holds: { ttl: 'PT1H' } }` say the same.
 * @throws {ConfigurationError} A key is unknown or said twice, or a value does not fit; it says which and what to send.
 */
export function readConfiguredSettings(
  given: Readonly<Record<string, unknown>>,
  ports: Own,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [named, value] of flatten(given, ports, '')) {
    const option = `settings.${named.key}`;
    if (values.has(named.key))
      throw new ConfigurationError(`${option} is said twice: leave one out.`, { option });
    const [fault] = faultsOfValue(named, value, '');
    if (fault)
      throw new ConfigurationError(`${option}: ${fault.pointer} ${fault.detail}.`, { option });
    values.set(named.key, value);
  }
  return values;
}

function* flatten(given: object, ports: Own, prefix: string): Generator<readonly [Named, unknown]> {
  for (const [part, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const key = `${prefix}${part}`;
    const named = findSetting(ports, key);
    if (named) yield [named, value];
    else if (isPlain(value)) yield* flatten(value, ports, `${key}.`);
    else yield [known(ports, key), value];
  }
}

function known(ports: Own, key: string): Named {
  try {
    return settingNamed(ports, key);
  } catch (error) {
    throw new ConfigurationError(`settings.${key}: ${(error as Error).message}`, {
      option: `settings.${key}`,
    });
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
