/** Reading `createBursar`'s `triggers`. */
import { z } from 'zod';
import { ConfigurationError, faultsOf } from '../kernel/index.ts';
import { isAlias, type Triggers } from '../referrals/index.ts';

const isSchema = (value: unknown) =>
  typeof (value as { safeParse?: unknown } | null)?.safeParse === 'function';
const isFunction = (value: unknown) => typeof value === 'function';
const flag = z.boolean().optional();
const words = z.string().min(1).max(500).optional();

const triggerShape = z.strictObject({
  ...{ label: words, description: words },
  payload: z.custom(isSchema, 'must be a zod schema').optional(),
  baseAmount: z.custom(isFunction, 'must be a function').optional(),
  capabilities: z
    .strictObject({
      ...{ fixed: flag, percent: flag, actor: flag, levels: flag, exclusive: flag },
      basis: z.array(z.enum(['base', 'actor'])).optional(),
    })
    .optional(),
});

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
    const { success, error } = triggerShape.safeParse(trigger);
    if (success) continue;
    const [fault] = error.issues.flatMap(faultsOf);
    const message = `${option}${fault?.pointer ?? ''} ${fault?.detail ?? 'is no trigger'}.`;
    throw new ConfigurationError(message, { option });
  }
  return given;
}
