/**
 * The demo on Fastify, with the host's own @fastify/jwt: three guards on three kinds of route.
 */
import { UnauthenticatedError } from '@bursar/core';
import bursarFastify from '@bursar/fastify';
import fastifyJwt from '@fastify/jwt';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { chatBody, checkBody, renderBody } from './bodies.ts';
import { documentOf, type Kit, type MoveClock } from './kit.ts';
import type { Paying } from './paying.ts';
import { checkUser, type User } from './tokens.ts';

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: User;
    user: User;
  }
}

type Server = { listen(port: number, host: string): Promise<string>; close(): Promise<void> };

/** Builds the server; nothing listens yet. */
export async function createFastifyServer(kit: {
  bursar: Kit;
  moveClock: MoveClock | null;
  paying: Paying | null;
  jwtSecret: string;
}): Promise<Server> {
  const { bursar, moveClock, paying, jwtSecret } = kit;
  const app = Fastify({
    // What Fastify refuses before any plugin runs: a path that cannot be decoded, an id that is too long.
    frameworkErrors: (error, request, reply) => {
      app.bursar.errorHandler(error, request, reply);
    },
    // A customer's id may have 255 characters; Fastify would read 100.
    routerOptions: { maxParamLength: 255 },
  });
  await app.register(fastifyJwt, { secret: jwtSecret, verify: { algorithms: ['HS256'] } });
  app.addHook('onRequest', async (request) => {
    // A request without a token is nobody's; one with a bad token is refused wherever it goes.
    if (request.headers.authorization === undefined) return;
    await request.jwtVerify().catch(() => {
      throw new UnauthenticatedError();
    });
    checkUser(request.user);
  });
  await app.register(bursarFastify, {
    bursar,
    close: true,
    prefix: '/billing',
    customer: (request) => request.user?.sub,
    admin: (request) => request.user?.role === 'admin',
    tenant: (request) => request.user?.tenant ?? 'default',
  });
  app.setErrorHandler(app.bursar.errorHandler);

  app.get('/demo/reports', { preHandler: app.bursar.subscribed('track-time') }, async () => ({
    report: 'worked 7 h',
  }));
  app.get('/demo/lounge', { preHandler: app.bursar.minBalance('points', 100) }, async () => ({
    lounge: 'welcome',
  }));
  app.post<{ Body: { fail?: boolean } | undefined }>(
    '/demo/render',
    {
      // The guard comes last, after the host's own checks: what it would refuse is not paid for.
      preHandler: [
        checkRender,
        app.bursar.consumes('api-calls', 1, { idempotencyKey: keyOf, replay: 'pass' }),
      ],
    },
    async (request) => {
      if (request.body?.fail) throw new Error('The rendering failed, as it was asked to.');
      return { rendered: true, decision: request.bursar.decisions[0] };
    },
  );
  app.post<{ Body: { tokens?: number } | undefined }>(
    '/demo/chat',
    { preHandler: [checkChat, app.bursar.consumes('ai-tokens', 1000, { hold: 'PT5M' })] },
    async (request) => {
      const { tokens } = request.body ?? {};
      // Without a number nothing is captured here, so all that is held will be.
      return tokens === undefined ? { held: 1000 } : request.bursar.capture(tokens);
    },
  );
  if (paying) servePaying(app, paying);
  if (moveClock)
    app.post('/test/clock', async (request) => moveClock(request.user ?? null, request.body));

  app.get('/livez', app.bursar.livez);
  app.get('/readyz', app.bursar.readyz);
  app.get('/openapi.json', async () => documentOf(bursar, '/billing'));
  return {
    listen: (port, host) => app.listen({ port, host }),
    close: () => app.close(),
  };
}

type AtGateway = { Params: { payment: string }; Querystring: { outcome?: string } };

function servePaying(app: FastifyInstance, paying: Paying): void {
  app.get<AtGateway>('/test-gateway/:payment', async ({ params }, reply) => {
    reply.type('text/html; charset=utf-8');
    return paying.page(params.payment);
  });
  app.post<AtGateway>('/test-gateway/:payment', async ({ params, query }, reply) => {
    const { location, body } = await paying.pay(params.payment, query.outcome);
    return reply.code(303).header('location', location).send(body);
  });
  app.get('/demo/bought', async () => ({ bought: 'thank you' }));
}

async function checkRender({ body }: FastifyRequest): Promise<void> {
  checkBody(renderBody, body);
}

async function checkChat({ body }: FastifyRequest): Promise<void> {
  checkBody(chatBody, body);
}

function keyOf(request: FastifyRequest): string | undefined {
  return request.headers['idempotency-key'] as string | undefined;
}
