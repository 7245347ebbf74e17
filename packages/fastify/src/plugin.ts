/**
 * The Fastify plugin: one namespaced decorator, the guards as hooks, and the routes in a scope of their own.
 *
 * The outer plugin decorates the host's instance; routes, error handler and body parser stay within the inner one.
 */
import { createSurface, type Guard as CoreGuard, isUnsettled, type Reply, settle, type Surface } from '@bursar/core/http';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { asObject, watchConfigs } from './config.ts';
import type { BursarFastifyOptions, FastifyBursar, Guard, Guards } from './types.ts';

/** A body above this is refused (413): no input of ours needs a tenth of it. */
const bodyBytesMax = 65_536;
/** Nginx's word for a client that went away; the client never sees it. */
const statusOfAborted = 499;

type Runner = (guard: CoreGuard, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

/** `await app.register(bursarFastify, { bursar, customer, … })`. */
export const bursarFastify: FastifyPluginAsync<BursarFastifyOptions> = fastifyPlugin(
  async (app: FastifyInstance, options: BursarFastifyOptions) => {
    let prefix = '';
    const surface = createSurface<FastifyRequest>({ options, read: (request) => readRequest(request, prefix) });
    const run = runnerOf(surface, options);
    app.decorate('bursar', Object.assign(Object.create(options.bursar), guardsOf(surface, run)) as FastifyBursar);
    app.decorateRequest('bursar', {
      getter(this: FastifyRequest) {
        return surface.handle(this) as FastifyRequest['bursar'];
      },
    });
    enforceConfigs(app, surface, run);
    settleEnds(app, surface);
    app.addHook('onReady', () => surface.binding.start());
    const { prefix: at = '/billing', logLevel } = options;
    await app.register(
      async (inner) => {
        prefix = inner.prefix;
        serve(inner, surface);
      },
      { prefix: at === '/' ? '' : at, ...(logLevel === undefined ? {} : { logLevel }) },
    );
  },
  { name: '@bursar/fastify', fastify: '5.x' },
);

function enforceConfigs(app: FastifyInstance, surface: Surface<FastifyRequest>, run: Runner): void {
  const wanted = watchConfigs(app, surface);
  app.addHook('preHandler', async (request, reply) => {
    const { config, url = '' } = request.routeOptions;
    if (!config || !('bursar' in config)) return;
    for (const guard of wanted(asObject(config.bursar, url), url)) {
      if (await run(guard, request, reply)) return reply;
    }
    return;
  });
}

/** Give-backs and captures are committed before the response ends; a stream's holds wait for its end. */
function settleEnds(app: FastifyInstance, surface: Surface<FastifyRequest>): void {
  app.addHook('onError', async (request, _reply, error) => {
    const session = surface.begun(request);
    if (session) session.error = error;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const session = surface.begun(request);
    if (session && isUnsettled(session)) await settle(session, { status: reply.statusCode, holds: !isStream(payload) });
  });
  app.addHook('onResponse', async (request, reply) => {
    const session = surface.begun(request);
    if (session && isUnsettled(session)) await settle(session, { status: reply.raw.statusCode });
  });
  app.addHook('onRequestAbort', async (request) => {
    const session = surface.session(request);
    session.aborted = true;
    await settle(session, { status: statusOfAborted });
  });
}

function runnerOf(surface: Surface<FastifyRequest>, { onDenied }: BursarFastifyOptions): Runner {
  return async (guard, request, reply) => {
    const { fields, refusal } = await guard(surface.session(request));
    reply.headers(fields);
    if (!refusal) return undefined;
    if (refusal.denied && onDenied && (await sends(reply, () => onDenied(refusal.denied as never, request, reply)))) {
      return reply;
    }
    return send(reply, refusal.reply);
  };
}

/** Whether `work` sends a reply. `reply.sent` would only say so once all `onSend` hooks are through. */
async function sends(reply: FastifyReply, work: () => unknown): Promise<boolean> {
  const original = reply.send;
  let sent = false;
  const watched = reply as { send: (payload?: unknown) => FastifyReply };
  watched.send = (payload) => {
    sent = true;
    watched.send = original;
    return original.call(reply, payload);
  };
  try {
    await work();
  } finally {
    watched.send = original;
  }
  return sent || reply.sent;
}

function guardsOf(surface: Surface<FastifyRequest>, run: Runner): Guards {
  const hook = (guard: CoreGuard): Guard =>
    async function bursarGuard(request, reply) {
      return (await run(guard, request, reply)) as never;
    };
  return {
    subscribed: (...ask) => hook(surface.subscribed(...ask)),
    minBalance: (...ask) => hook(surface.minBalance(...ask)),
    consumes: (...ask) => hook(surface.consumes(...ask)),
    errorHandler: (error, request, reply) => send(reply, surface.replyTo(error, request)),
  };
}

function serve(app: FastifyInstance, surface: Surface<FastifyRequest>): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: bodyBytesMax }, (request, body, done) => {
    // A command without input may say it sends JSON and send nothing.
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
  app.setErrorHandler((error, request, reply) => send(reply, surface.replyTo(error, request)));
  if (app.prefix !== '') {
    app.setNotFoundHandler((request, reply) => send(reply, surface.notFound(request)));
  }
  for (const route of surface.routes) {
    const { method, path } = route;
    app.route({ method, url: path, handler: async (request, reply) => send(reply, await surface.dispatch(route, request)) });
  }
}

function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

function readRequest(request: FastifyRequest, prefix: string) {
  const { method, url, id, headers, params, query, body } = request;
  return { method, url, id, headers, params, query, body, prefix, route: request.routeOptions.url ?? url };
}

function isStream(payload: unknown): boolean {
  const { pipe, getReader } = (payload ?? {}) as { pipe?: unknown; getReader?: unknown };
  return typeof pipe === 'function' || typeof getReader === 'function' || payload instanceof Response;
}
