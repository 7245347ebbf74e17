/**
 * What the composition root hands to the adapters, kept on the kit under a symbol: routes, guards and a way to run them.
 */
import type { Logger, Scope } from '../kernel/index.ts';
import type { GuardCatalog, Guards } from './guard.ts';
import type { Route, RouteCustomer, RouteKit } from './route.ts';

const key: unique symbol = Symbol.for('bursar.http');

export type ActorOf = { readonly kind?: string | undefined; readonly usedBy?: unknown };

export type HttpBinding = {
  readonly routes: readonly Route[];
  readonly guards: Guards;
  readonly catalog: GuardCatalog;
  readonly logger: Logger;
  /** The kit's clock. */
  now(): Date;
  /** Runs a guard's function as a verb runs: connected and migrated, news published after commit. */
  run<T>(
    input: { tenant: string | undefined; actor: string | null },
    work: (scope: Scope) => Promise<T>,
  ): Promise<T>;
  /** The kit of a tenant, acting as `actor`; without one the default tenant. */
  kit(input: { tenant: string | undefined; actor: string | null }): RouteKit;
  /** The handle of a customer, made with its kind and acting through `usedBy`. No I/O. */
  customer(input: {
    tenant: string | undefined;
    actor: string | null;
    customer: string;
    kind: string | undefined;
    usedBy: string | { readonly kind: string; readonly id: string } | undefined;
  }): RouteCustomer;
  /** `kit.start()` and `kit.close()`, for adapters that follow their server's life. */
  start(): Promise<void>;
  /** Answers once the database has answered. */
  ping(): Promise<void>;
};

/** Puts the binding on the kit; called once, by `bursar.ts`. */
export function bindHttp<K extends object>(kit: K, binding: HttpBinding): K {
  Object.defineProperty(kit, key, { value: binding });
  return kit;
}

/**
 * The binding of a kit.
 * @throws {TypeError} The value was not made by `createBursar`.
 */
export function bindingOf(kit: object): HttpBinding {
  const binding = (kit as { [key]?: HttpBinding })[key];
  if (!binding) throw new TypeError('`bursar` must be what createBursar returned.');
  return binding;
}
