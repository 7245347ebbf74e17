/**
 * The Express adapter: a router, guards as middleware, and nothing that reaches beyond them.
 */
import type { Denied, Keys } from '@bursar/core';
import {
  type Guard as CoreGuard,
  createSurface,
  type Enforced,
  MediaTypeError,
  type Reply,
  type Route,
  type Surface,
} from '@bursar/core/http';
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { drainServer } from './drain-server.ts';
import { refuseParserBefore } from './refuse-parser-before.ts';
import { settleBeforeEnd } from './settle-before-end.ts';
import type { BursarExpressOptions, ExpressBursar, Guard } from './types.ts';

/** A body above this is refused (413): no input of ours needs a tenth of it. */
const bodyBytesMax = 65_536;

/**
 * Makes the router and the guards of one registration.
 *
 * @throws {ConfigurationError} An option is unknown, or `customer` is missing; from `app.use`: the kit has gateways, and a JSON
 *   parser stands before the router.
 */
export function bursarExpress<K extends Keys, R extends Request = Request>(
  options: BursarExpressOptions<K, R>,
): ExpressBursar<K> {
  const surface = createSurface<Request>({
    options: options as BursarExpressOptions<K>,
    read: readRequest,
  });
  const middleware: RequestHandler = (request, _response, next) => {
    attach(surface, request);
    next();
  };
  const onDenied = options.onDenied?.bind(options);
  const looking = (core: CoreGuard) => guardOf(surface, core, { onDenied, takes: false });
  const taking = (core: CoreGuard) => guardOf(surface, core, { onDenied, takes: true });
  return {
    router: routerOf(surface),
    middleware,
    context: middleware,
    errors: errorsOf(surface),
    referralLinks: async (request, response, next) => {
      const cookie = await surface.captureLink(request);
      if (cookie) response.append('Set-Cookie', cookie);
      next();
    },
    livez: (_request, response) => send(response, surface.livez()),
    readyz: async (_request, response) => send(response, await surface.readyz()),
    start: () => surface.binding.start(),
    drain: (server) => drainServer(server, options.drainMilliseconds),
    async close(server) {
      await drainServer(server, options.drainMilliseconds);
      await surface.binding.close();
    },
    subscribed: (...ask) => looking(surface.subscribed(...ask)),
    minBalance: (...ask) => looking(surface.minBalance(...ask)),
    consumes: (...ask) => taking(surface.consumes(...ask)),
  };
}

type OnDenied = ((decision: Denied, request: Request, response: Response) => unknown) | undefined;

/** A request that may pass by what is known without waiting passes at once: a promise costs more than the guard. */
function guardOf(
  surface: Surface<Request>,
  guard: CoreGuard,
  how: { readonly onDenied: OnDenied; readonly takes: boolean },
): Guard {
  return function bursarGuard(request, response, next) {
    attach(surface, request);
    const session = surface.session(request);
    if (how.takes) settleBeforeEnd(session, response);
    const enforced = guard(session);
    if (enforced instanceof Promise) return enforced.then(follow);
    return follow(enforced);

    function follow({ fields, refusal }: Enforced): void | Promise<void> {
      response.set(fields);
      return refusal ? refuse(refusal, request, response) : next();
    }
  };

  async function refuse(
    { denied, reply, onDenied = how.onDenied }: NonNullable<Enforced['refusal']>,
    request: Request,
    response: Response,
  ): Promise<void> {
    if (denied && onDenied) await onDenied(denied as Denied, request, response);
    if (!response.headersSent) send(response, reply);
  }
}

function attach(surface: Surface<Request>, request: Request): void {
  // Set, not defined: an accessor would make every later look at this request a slow one.
  if (!Object.hasOwn(request, 'bursar'))
    (request as { bursar?: unknown }).bursar = surface.handle(request);
}

function routerOf(surface: Surface<Request>): Router {
  const router = Router();
  if (surface.binding.hasGateways) refuseParserBefore(router);
  for (const route of surface.routes) {
    const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    const answer: RequestHandler = async (request, response) => {
      send(response, await surface.dispatch(route, request));
    };
    router[method](route.path, ...bodyParsers(route), answer);
  }
  // At the root the host's own routes may follow; below a prefix all is ours.
  router.use((request, response, next) => {
    if (request.baseUrl === '') next();
    else send(response, surface.notFound(request));
  });
  router.use(errorsOf(surface));
  return router;
}

/** As much as a gateway ever sends. */
const rawBytesMax = 1_048_576;

function bodyParsers(route: Route): RequestHandler[] {
  // What the host's own parser has read before stays as that left it, and is refused for it.
  if (route.raw) return [express.raw({ type: () => true, limit: rawBytesMax })];
  if (!route.body) return [];
  const onlyJson: RequestHandler = (request, _response, next) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    const isEmpty = encoding === undefined && length === '0';
    if (isEmpty || request.body !== undefined || request.is('application/json')) next();
    else
      next(
        new MediaTypeError(
          `A body of type ${request.headers['content-type'] ?? 'unknown'} is not read here.`,
        ),
      );
  };
  return [
    onlyJson,
    express.json({
      limit: bodyBytesMax,
      strict: false,
      type: 'application/json',
      reviver: harmless,
    }),
  ];
}

/** As Fastify's parser: a body that would change prototypes is malformed. */
function harmless(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('A key of the body is __proto__.');
  return value;
}

function errorsOf(surface: Surface<Request>): ErrorRequestHandler {
  return (error, request, response, next) => {
    const session = surface.begun(request);
    if (session) session.error = error;
    if (response.headersSent) next(error);
    else send(response, surface.replyTo(error, request));
  };
}

function send(response: Response, { status, headers, body }: Reply): void {
  response.status(status).set(headers).end(body);
}

function readRequest(request: Request) {
  const { method, baseUrl, originalUrl, headers, params, query, body } = request;
  const { id } = request as { id?: unknown };
  const route = `${baseUrl}${String(request.route?.path ?? request.path)}`;
  return {
    ...{ method, headers, params, query, body, route },
    prefix: baseUrl,
    url: originalUrl,
    address: request.ip,
    isSecure: request.secure,
    id: id === undefined ? undefined : String(id),
  };
}
