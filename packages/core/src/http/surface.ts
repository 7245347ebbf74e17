/**
 * Everything an adapter runs, made from a registration: sessions, routes, guards, the document.
 *
 * An adapter hands requests in and sends replies out; each decision is made behind this door.
 */
import { z } from 'zod';
import { ConfigurationError, NotFoundError } from '../kernel/index.ts';
import { bindingOf, type HttpBinding } from './binding.ts';
import { captureLink } from './capture-link.ts';
import { dispatch, replyTo } from './dispatch.ts';
import type { Guard } from './enforce.ts';
import { consumesGuard, minBalanceGuard, subscribedGuard } from './guards.ts';
import { handlesOf } from './handle.ts';
import { livez, readyz } from './health.ts';
import { openApiDocument } from './openapi.ts';
import type { AdapterOptions, HttpRequest, Reply } from './registration.ts';
import { defineRoute, type Route, type RouteCustomer } from './route.ts';
import { openSession, type Session } from './session.ts';

type Rest<F> = F extends (binding: HttpBinding, ...rest: infer R) => Guard ? R : never;

export type Surface<Request extends object> = {
  readonly binding: HttpBinding;
  /** Without the admin routes when the host gave no `admin` check. */
  readonly routes: readonly Route[];
  /** Where a request keeps its session, for frameworks that like to know beforehand. */
  readonly key: symbol;
  /** The session of a request, the same one each time. */
  session(native: Request): Session;
  /** The session, if anything has asked for one. */
  begun(native: Request): Session | undefined;
  /** `request.bursar`, the same one each time. */
  handle(native: Request): RouteCustomer;
  dispatch(route: Route, native: Request): Promise<Reply>;
  /** The problem that answers an error on one of our own routes, or wherever the host wants problems. */
  replyTo(error: unknown, native: Request): Reply;
  /** The problem that answers a path or method that is none of our routes'. */
  notFound(native: Request): Reply;
  /** A `Set-Cookie` field that remembers the referral link of this request, if it has one. Never rejects. */
  captureLink(native: Request): Promise<string | null>;
  livez(): Reply;
  readyz(): Promise<Reply>;
  subscribed(...ask: Rest<typeof subscribedGuard>): Guard;
  minBalance(...ask: Rest<typeof minBalanceGuard>): Guard;
  consumes(...ask: Rest<typeof consumesGuard>): Guard;
};

const known = new Set([
  'bursar',
  'customer',
  'admin',
  'tenant',
  'authorize',
  'actor',
  'locale',
  'country',
  'timeZone',
  'referralCode',
  'enforce',
  'status',
  'drainMilliseconds',
  'close',
  'onDenied',
  'prefix',
  'logLevel',
]);

/**
 * Makes the surface of one registration.
 * @param input.read What the adapter knows of a request.
 * @throws {ConfigurationError} An unknown option, or no `customer` function.
 */
export function createSurface<Request extends object>(input: {
  options: AdapterOptions<Request>;
  read: (native: Request) => HttpRequest;
}): Surface<Request> {
  const options = checked(input.options) as AdapterOptions<unknown>;
  const binding = bindingOf(options.bursar);
  // On the request itself, under a symbol: a weak map of requests costs the collector more than a guard costs.
  const key = Symbol('bursar.session');
  const makeHandle = handlesOf(binding);
  const begun = (native: Request): Session | undefined =>
    (native as { [key]?: Session | null })[key] ?? undefined;
  const session = (native: Request): Session => {
    const known = begun(native);
    if (known) return known;
    const made = openSession({ binding, options, native, request: () => input.read(native) });
    (native as { [key]?: Session })[key] = made;
    return made;
  };
  const handle = (native: Request): RouteCustomer => {
    const of = session(native);
    of.handle ??= makeHandle(of);
    return of.handle;
  };
  return {
    binding,
    routes: routesOf(binding, options),
    session,
    key,
    begun,
    handle,
    dispatch: (route, native) => dispatch(route, session(native), handle(native)),
    replyTo: (error, native) => replyTo(error, session(native)),
    notFound: (native) => {
      const { method, url } = input.read(native);
      return replyTo(new NotFoundError('route', `${method} ${url.split('?')[0]}`), session(native));
    },
    captureLink: (native) => captureLink(session(native)),
    livez: () => livez(binding),
    readyz: () => readyz(binding),
    subscribed: (...ask) => subscribedGuard(binding, ...ask),
    minBalance: (...ask) => minBalanceGuard(binding, ...ask),
    consumes: (...ask) => consumesGuard(binding, ...ask),
  };
}

function routesOf(binding: HttpBinding, options: AdapterOptions<unknown>): readonly Route[] {
  const routes = binding.routes.filter(
    (route) => route.access !== 'admin' || options.admin !== undefined,
  );
  const describe: Route = defineRoute({
    operation: 'getOpenApi',
    summary: 'This document.',
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    answers: z.record(z.string(), z.unknown()),
    handle: async ({ prefix }) => openApiDocument([...routes, describe], prefix, options.status),
  });
  return [...routes, describe];
}

function checked<Options extends object>(options: Options): Options {
  const unknown = Object.keys(options).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new ConfigurationError(`Unknown option ${unknown.join(', ')} of the registration.`);
  if (typeof (options as { customer?: unknown }).customer !== 'function') {
    throw new ConfigurationError(
      'The registration needs `customer`, a function from request to customer.',
    );
  }
  const { drainMilliseconds = 0 } = options as { drainMilliseconds?: unknown };
  if (!Number.isInteger(drainMilliseconds) || !isWithin(drainMilliseconds as number)) {
    throw new ConfigurationError('drainMilliseconds must be a whole number, at most an hour.');
  }
  return options;
}

function isWithin(milliseconds: number): boolean {
  return milliseconds >= 0 && milliseconds <= 3_600_000;
}
