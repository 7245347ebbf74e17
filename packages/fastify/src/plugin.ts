/**
 * The Fastify plugin: one namespaced decorator, the guards as hooks, and the routes in a scope of their own.
 *
 * The outer plugin decorates the host's instance; routes, error handler and body parser stay within the inner one.
 */
import { ConfigurationError } from '@bursar/core';
import { createSurface, type Route, type Surface } from '@bursar/core/http';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { asObject, watchConfigs } from './config.ts';
import { endWith, startWith } from './life.ts';
import { guardsOf, hookOf, type Runner, runnerOf, send } from './run-guard.ts';
import { settleEnds } from './settle-ends.ts';
import type { BursarFastifyOptions, FastifyBursar } from './types.ts';

/** A body above this is refused (413): no input of ours needs a tenth of it. */
const bodyBytesMax = 65_536;

/** As much as a gateway ever sends. */
const rawBytesMax = 1_048_576;

/** `await app.register(bursarFastify, { bursar, customer, … })`. */
export const bursarFastify: FastifyPluginAsync<BursarFastifyOptions> = fastifyPlugin(
  async (app: FastifyInstance, options: BursarFastifyOptions) => {
    // Two around one route would take twice.
    if (app.hasDecorator('bursar'))
      throw new ConfigurationError('bursarFastify is registered around here already.');
    let prefix = '';
    const surface = createSurface<FastifyRequest>({
      options,
      read: (request) => readRequest(request, prefix),
    });
    const run = runnerOf(surface, options);
    app.decorate(
      'bursar',
      Object.assign(Object.create(options.bursar), guardsOf(surface, run)) as FastifyBursar,
    );
    app.decorateRequest(surface.key, null);
    app.decorateRequest('bursar', {
      getter(this: FastifyRequest) {
        return surface.handle(this) as unknown as FastifyRequest['bursar'];
      },
    });
    enforceConfigs(app, surface, run);
    settleEnds(app, surface);
    startWith(app, surface);
    endWith(app, surface, options);
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
  const enforce = hookOf((request, reply) => {
    const { config } = request.routeOptions;
    return config && 'bursar' in config ? enforceAll(request, reply) : false;
  });
  app.addHook('preHandler', enforce);

  async function enforceAll(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const { config, url = '' } = request.routeOptions;
    for (const guard of wanted(asObject(config.bursar, url), url)) {
      if (await run(guard, request, reply)) return true;
    }
    return false;
  }
}

function serve(app: FastifyInstance, surface: Surface<FastifyRequest>): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: bodyBytesMax },
    (request, body, done) => {
      // A command without input may say it sends JSON and send nothing.
      if (body === '') done(null, undefined);
      else parse(request, body as string, done);
    },
  );
  app.setErrorHandler((error, request, reply) => send(reply, surface.replyTo(error, request)));
  if (app.prefix !== '') {
    app.setNotFoundHandler((request, reply) => send(reply, surface.notFound(request)));
  }
  const isRaw = ({ raw }: Route): boolean => raw === true;
  mount(
    app,
    surface,
    surface.routes.filter((route) => !isRaw(route)),
  );
  app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: rawBytesMax },
      (_request, body, done) => done(null, body),
    );
    mount(inner, surface, surface.routes.filter(isRaw));
  });
}

function mount(
  app: FastifyInstance,
  surface: Surface<FastifyRequest>,
  routes: readonly Route[],
): void {
  for (const route of routes) {
    const { method, path } = route;
    app.route({
      method,
      url: path,
      handler: async (request, reply) => send(reply, await surface.dispatch(route, request)),
    });
  }
}

function readRequest(request: FastifyRequest, prefix: string) {
  const { method, url, id, headers, params, query, body, ip, protocol } = request;
  return {
    method,
    url,
    id,
    headers,
    params,
    query,
    body,
    address: ip,
    isSecure: protocol === 'https',
    prefix,
    route: request.routeOptions.url ?? url,
  };
}
