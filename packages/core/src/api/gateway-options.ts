/** Reading `createBursar`'s `gateways`: each is what a gateway must be, whoever gives it. */
import { ConfigurationError } from '../kernel/index.ts';
import type { Gateways } from '../payments/index.ts';
import type { BursarOptions } from './kit-options.ts';

const verbs = ['createPayment', 'fetchPayment', 'refund', 'parseWebhook'];

/**
 * What gives the gateways of a tenant; `undefined` without the option.
 * @throws {ConfigurationError} One of those that are named at once is no gateway.
 */
export function readGateways(
  given: BursarOptions['gateways'],
): ((tenant: string) => Promise<Gateways>) | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'function') return async (tenant) => checked(await given(tenant));
  const all = checked(given);
  return async () => all;
}

function checked(all: Gateways): Gateways {
  for (const [name, gateway] of Object.entries(all)) {
    if (!/^[\w.-]{1,64}$/.test(name))
      throw wrong(name, 'must be named with 1 to 64 letters, digits, "_", "-" or "."');
    const isGateway = verbs.every((verb) => typeof gateway?.[verb as never] === 'function');
    if (!isGateway) throw wrong(name, `must have ${verbs.join(', ')}`);
  }
  return all;
}

function wrong(name: string, what: string): ConfigurationError {
  return new ConfigurationError(`gateways.${name} ${what}.`, { option: `gateways.${name}` });
}
