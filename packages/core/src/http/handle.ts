/**
 * `request.bursar`: the asking customer's verbs, there from the first line of a request and never null.
 *
 * A verb asks who it is when it is called, once per request; for nobody it throws `unauthenticated`.
 */
import type { HttpBinding } from './binding.ts';
import { captureHeld } from './capture.ts';
import { originOf } from './origin.ts';
import type { RouteCustomer } from './route.ts';
import { identifyAsker, type Session } from './session.ts';

const session: unique symbol = Symbol('session');
type Bound = { readonly [session]: Session };
type Verb = (...input: unknown[]) => unknown;

/** What of a handle is about the request and not about the customer. */
const ofRequest: PropertyDescriptorMap & ThisType<Bound> = {
  id: { enumerable: true, get: getter((of) => of.known?.asker?.customer ?? null) },
  tenant: { enumerable: true, get: getter((of) => of.known?.tenant ?? 'default') },
  usedBy: { enumerable: true, get: getter((of) => of.known?.asker?.usedBy ?? null) },
  decisions: { enumerable: true, get: getter((of) => of.decisions) },
  capture: {
    value(this: Bound, amount: number, feature?: string) {
      return captureHeld(this[session], amount, feature);
    },
  },
};

/** Makes handles for one kit: their verbs are those of a customer's handle, found once. */
export function handlesOf(binding: HttpBinding): (of: Session) => RouteCustomer {
  const nobody = {
    customer: 'nobody',
    kind: undefined,
    usedBy: undefined,
    tenant: undefined,
    actor: null,
  };
  const prototype = Object.create(null, ofRequest) as object;
  addVerbs(prototype, binding.customer(nobody), []);
  // A literal with its prototype is made in a tenth of the time that `Object.create` takes with a description.
  return (of) => ({ __proto__: prototype, [session]: of }) as unknown as RouteCustomer;
}

function addVerbs(target: object, pattern: object, path: readonly string[]): void {
  for (const name of namesOf(pattern)) {
    if (name in target) continue;
    const value = (pattern as Record<string, unknown>)[name];
    const here = [...path, name];
    if (typeof value === 'function')
      Object.defineProperty(target, name, { enumerable: true, value: lateVerb(here) });
    else if (typeof value === 'object' && value !== null && path.length === 0)
      addNamespace(target, value, here);
  }
}

function addNamespace(target: object, pattern: object, path: readonly string[]): void {
  const namespace = Object.create(null) as object;
  addVerbs(namespace, pattern, path);
  Object.defineProperty(target, path[0] ?? '', {
    enumerable: true,
    get(this: Bound) {
      return Object.create(namespace, { [session]: { value: this[session] } });
    },
  });
}

function lateVerb(path: readonly string[]): Verb {
  return async function verb(this: Bound, ...input: unknown[]) {
    let owner: unknown = await customerOf(this[session]);
    for (const name of path.slice(0, -1)) owner = (owner as Record<string, unknown>)[name];
    return (owner as Record<string, Verb>)[path.at(-1) ?? '']?.(...input);
  };
}

/**
 * The handle of the customer who asks.
 * @throws {UnauthenticatedError} Nobody does.
 */
export async function customerOf(of: Session): Promise<RouteCustomer> {
  const { tenant, actor, asker } = await identifyAsker(of);
  const origin = () => originOf(of, asker.customer);
  return of.binding.customer({ tenant, actor, origin, ...asker });
}

/** Own and inherited names: a handle may be a plain object or of a class. */
function namesOf(pattern: object): string[] {
  const names = new Set<string>();
  for (let at = pattern; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at))
      if (name !== 'constructor' && name !== 'then') names.add(name);
  }
  return [...names];
}

function getter(read: (of: Session) => unknown): (this: Bound) => unknown {
  return function get() {
    return read(this[session]);
  };
}
