/**
 * What the composition root hands to the adapters, kept on the kit under a symbol: routes, guards and a way to run them.
 */
import type { Logger, Scope } from '../kernel/index.ts';
import type { Asker, GuardCatalog, Guards } from './guard.ts';
import type { Route, RouteCustomer, RouteKit } from './route.ts';

const key: unique symbol = Symbol.for('bursar.http');

/** Without a tenant, the default one. */
export type Acting = {
  readonly tenant: string | undefined;
  readonly actor: string | null;
  /** What the request says of its customer; not where somebody acts for others. */
  readonly origin?: Scope['origin'];
};

/** A visit of some page, as a referral link may be read from it. */
export type Visit = {
  readonly param: (name: string) => string | null;
  readonly cookie: (name: string) => string | undefined;
  readonly address: string | undefined;
  readonly agent: string | undefined;
  /** Without its query. */
  readonly path: string;
};

/** What a visitor is to keep. */
export type LinkCookie = {
  readonly name: string;
  readonly value: string;
  readonly ageSeconds: number;
};

export type HttpBinding = {
  readonly routes: readonly Route[];
  readonly guards: Guards;
  readonly catalog: GuardCatalog;
  readonly logger: Logger;
  /** Gateways may tell: their webhooks have to come as they were sent. */
  readonly hasGateways: boolean;
  /** The default one. */
  readonly tenant: string;
  /** The kit's clock. */
  now(): Date;
  /** Runs a guard's function as a command runs: connected and migrated, news published after commit. */
  run<T>(input: Acting, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Runs one that only looks: not even the tenant is made. */
  look<T>(input: Acting, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Runs one that only looks, and does not wait; `null` while that cannot be. */
  glance<T>(input: Acting, work: (scope: Scope) => T | null): T | null;
  /** Takes note of a referral link; null: there is nothing to keep. */
  captureClick(input: Acting, visit: Visit): Promise<LinkCookie | null>;
  /** The kit of a tenant, acting as `actor`; without one the default tenant. */
  kit(input: Acting): RouteKit;
  /** The handle of a customer, made with its kind and acting through `usedBy`. No I/O. */
  customer(input: Acting & Asker): RouteCustomer;
  /** `kit.start()` and `kit.close()`, for adapters that follow their server's life. */
  start(): Promise<void>;
  close(): Promise<void>;
  /** The kit's `health`. */
  readonly health: {
    live(): { readonly live: true };
    ready(): Promise<{ readonly ready: boolean }>;
  };
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
