/**
 * `config: { bursar }` cannot fail open: a route that asks for a guard either gets it, or the server does not start.
 *
 * Every Fastify made after this file was imported notes such routes from the first on, so also those declared before,
 * beside or outside the registration; at `onReady` each is checked and must lie within reach of a registration.
 */
import { subscribe } from 'node:diagnostics_channel';
import { ConfigurationError } from '@bursar/core';
import type { Guard, Surface } from '@bursar/core/http';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';

type Asking = { readonly scope: FastifyInstance; readonly url: string; readonly wanted: unknown };
type Noted = { readonly routes: Asking[]; readonly registered: FastifyInstance[] };

const noted = new WeakMap<object, Noted>();
const order = ['subscribed', 'minBalance', 'consumes'] as const;

subscribe('fastify.initialization', (message) =>
  note((message as { fastify: FastifyInstance }).fastify),
);

function note(app: FastifyInstance): Noted {
  const list: Noted = { routes: [], registered: [] };
  noted.set(app, list);
  app.addHook('onRoute', function remember(this: FastifyInstance, { config, url }: RouteOptions) {
    if (config && 'bursar' in config) list.routes.push({ scope: this, url, wanted: config.bursar });
  });
  app.addHook('onReady', async () => {
    for (const { scope, url } of list.routes) {
      if (
        list.registered.some((at) => at === scope || Object.prototype.isPrototypeOf.call(at, scope))
      )
        continue;
      throw new ConfigurationError(
        `${url} asks for a guard, but bursarFastify is not registered around it.`,
      );
    }
  });
  return list;
}

/** The guards a route's config asks for; made once per route, and before the server is ready. */
export type Wanted = (config: object, url: string) => readonly Guard[];

/**
 * Watches over the routes within reach of this registration.
 * @throws {ConfigurationError} At `onRoute` or `onReady`: an unknown key, feature or unit; nothing asked for.
 */
export function watchConfigs(app: FastifyInstance, surface: Surface<FastifyRequest>): Wanted {
  const made = new WeakMap<object, readonly Guard[]>();
  const wanted: Wanted = (config, url) => {
    const guards = made.get(config) ?? guardsOf(surface, config, url);
    made.set(config, guards);
    return guards;
  };
  const list = notedAt(app);
  list?.registered.push(app);
  // An older Fastify than this module has no note: what is declared from here on is checked at once all the same.
  app.addHook('onRoute', ({ config, url }) => {
    if (config && 'bursar' in config) wanted(asObject(config.bursar, url), url);
  });
  app.addHook('onReady', async () => {
    for (const route of list?.routes ?? []) {
      const within = app === route.scope || Object.prototype.isPrototypeOf.call(app, route.scope);
      if (within) wanted(asObject(route.wanted, route.url), route.url);
    }
  });
  return wanted;
}

function notedAt(app: FastifyInstance): Noted | undefined {
  for (let at: object | null = app; at; at = Object.getPrototypeOf(at)) {
    const list = noted.get(at);
    if (list) return list;
  }
  return undefined;
}

/** @throws {ConfigurationError} `config.bursar` is no object, so it names no guard. */
export function asObject(wanted: unknown, url: string): object {
  if (typeof wanted === 'object' && wanted !== null) return wanted;
  throw new ConfigurationError(
    `config.bursar of ${url} must name its guards: { ${order.join(', ')} }.`,
  );
}

function guardsOf(surface: Surface<FastifyRequest>, config: object, url: string): readonly Guard[] {
  const unknown = Object.keys(config).filter((key) => !(order as readonly string[]).includes(key));
  const { subscribed, minBalance, consumes } = config as Record<string, unknown>;
  if (unknown.length > 0 || (subscribed ?? minBalance ?? consumes) === undefined) {
    const what = unknown.length > 0 ? `has unknown keys: ${unknown.join(', ')}` : 'names no guard';
    throw new ConfigurationError(`config.bursar of ${url} ${what}. Known are ${order.join(', ')}.`);
  }
  const guards: Guard[] = [];
  if (subscribed !== undefined)
    guards.push(surface.subscribed(subscribed === true ? undefined : text(subscribed, url)));
  if (minBalance !== undefined)
    guards.push(surface.minBalance(...(list(minBalance, url) as [string, number])));
  if (consumes !== undefined) {
    const ask = typeof consumes === 'string' ? [consumes] : list(consumes, url);
    guards.push(surface.consumes(...(ask as Parameters<typeof surface.consumes>)));
  }
  return guards;
}

function text(value: unknown, url: string): string {
  if (typeof value === 'string') return value;
  throw new ConfigurationError(
    `config.bursar.subscribed of ${url} must be a feature, or true for any subscription.`,
  );
}

function list(value: unknown, url: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ConfigurationError(
    `config.bursar of ${url}: minBalance and consumes take [key, amount, options?].`,
  );
}
