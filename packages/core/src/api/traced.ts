/**
 * The kit's verbs in spans: each by its namespace and name, whichever handle it was called on.
 *
 * Without an SDK a verb is itself; only the kit that `createBursar` gives looks again at each call.
 */
import { inSpan, isTracing } from '../kernel/index.ts';

type Verb = (...input: unknown[]) => Promise<unknown>;

/** What opens, listens or only hands out another handle does no work that a span could be about. */
const silent = new Set([
  ...['customer', 'tenant', 'using', 'ready', 'start', 'close', 'advance', 'advanceTo'],
  ...['live', 'on', 'once', 'off', 'consumer', 'forgetAll'],
]);

/** A verb with several names has one span. */
const proper: Readonly<Record<string, string>> = {
  ...{ check: 'entitlements.check', consume: 'entitlements.consume' },
  ...{ tryConsume: 'entitlements.tryConsume', giveBack: 'entitlements.giveBack' },
  ...{ hold: 'wallet.hold', withHold: 'wallet.withHold', subscribe: 'subscriptions.create' },
  ...{ state: 'customers.state', updateProfile: 'customers.update' },
  ...{ transaction: 'kit.transaction', runDue: 'kit.runDue' },
};

/** The same kit, each verb of which runs in a span while there is an SDK. */
export function traced<T extends object>(kit: T, tenant: string, path = ''): T {
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(kit)) {
    const here = path + name;
    if (typeof value === 'function' && !silent.has(name))
      made[name] = spanning(proper[here] ?? here, tenant, value as Verb);
    else if (typeof value === 'object' && value !== null)
      made[name] = traced(value, tenant, `${here}.`);
    else made[name] = value;
  }
  return made as T;
}

/** As `traced`, where somebody looks: handles are made for every request, and most for nobody. */
export function tracedIfSeen<T extends object>(kit: T, tenant: string): T {
  return isTracing() ? traced(kit, tenant) : kit;
}

/** The names of all spans that the verbs of a kit have. */
export function spanNames(kit: object): readonly string[] {
  const names = new Set<string>();
  const walk = (at: object, path: string) => {
    for (const [name, value] of Object.entries(at)) {
      const here = path + name;
      if (typeof value === 'object' && value !== null) walk(value, `${here}.`);
      else if (typeof value === 'function' && !silent.has(name))
        names.add(`bursar.${proper[here] ?? here}`);
    }
  };
  walk(kit, '');
  return [...names];
}

function spanning(verb: string, tenant: string, work: Verb): Verb {
  return (...input) => {
    const { tenant: named } = (input[0] ?? {}) as { tenant?: unknown };
    const whose = typeof named === 'string' ? named : tenant;
    return inSpan(verb, whose, () => work(...input));
  };
}
