/** Reading `createBursar`'s `triggers`. */
import { ConfigurationError } from '../kernel/index.ts';
import { isAlias, type Triggers } from '../referrals/index.ts';

/**
 * The triggers, each found usable.
 * @throws {ConfigurationError} An alias that cannot be one, or what is no trigger.
 */
export function readTriggers(given: Triggers = {}): Triggers {
  for (const [alias, trigger] of Object.entries(given)) {
    const option = `triggers.${alias}`;
    if (!isAlias(alias))
      throw new ConfigurationError(
        `${option}: an alias has 1 to 64 of a-z, 0-9, "_", "-" and ".", and does not end in ".reversal".`,
        { option },
      );
    const { payload, base } = (trigger ?? {}) as { payload?: unknown; base?: unknown };
    const isSchema =
      payload === undefined ||
      typeof (payload as { safeParse?: unknown })?.safeParse === 'function';
    if (!isSchema || (base !== undefined && typeof base !== 'function'))
      throw new ConfigurationError(`${option} must have a zod schema as payload, and base().`, {
        option,
      });
  }
  return given;
}
