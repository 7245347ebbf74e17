/**
 * The demo on Express: the same routes and guards as on Fastify, with jose for the tokens.
 */
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bursarExpress } from '@bursar/express';
import express, { type Request, type RequestHandler } from 'express';
import { chatBody, checkBody, renderBody } from './bodies.ts';
import { documentOf, type Kit, type MoveClock } from './kit.ts';
import type { Paying } from './paying.ts';
import { readToken, type User } from './tokens.ts';

type Server = { listen(port: number, host: string): Promise<string>; close(): Promise<void> };
type Signed = Request & { user?: User | null };

/** Builds the server; nothing listens yet. */
export async function createExpressServer(kit: {
  bursar: Kit;
  moveClock: MoveClock | null;
  paying: Paying | null;
  jwtSecret: string;
}): Promise<Server> {
  const { bursar, moveClock, paying, jwtSecret } = kit;
  const billing = bursarExpress({
    bursar,
    customer: (request: Signed) => request.user?.sub,
    admin: (request: Signed) => request.user?.role === 'admin',
    tenant: (request: Signed) => request.user?.tenant ?? 'default',
  });
  const app = express();
  app.disable('x-powered-by');
  app.use(async (request: Signed, _response, next) => {
    // A request without a token is nobody's; one with a bad token is refused wherever it goes.
    request.user = await readToken(request.headers.authorization, jwtSecret);
    next();
  });
  app.use('/billing', billing.router);
  app.use(express.json());

  app.get('/demo/reports', billing.subscribed('track-time'), (_request, response) => {
    response.json({ report: 'worked 7 h' });
  });
  app.get('/demo/lounge', billing.minBalance('points', 100), (_request, response) => {
    response.json({ lounge: 'welcome' });
  });
  app.post(
    '/demo/render',
    // The guard comes last, after the host's own checks: what it would refuse is not paid for.
    checking(renderBody),
    billing.consumes('api-calls', 1, {
      idempotencyKey: (request) => request.get('idempotency-key'),
      replay: 'pass',
    }),
    (request, response) => {
      if (request.body?.fail) throw new Error('The rendering failed, as it was asked to.');
      response.json({ rendered: true, decision: request.bursar.decisions[0] });
    },
  );
  const holds = billing.consumes('ai-tokens', 1000, { hold: 'PT5M' });
  app.post('/demo/chat', checking(chatBody), holds, async (request, response) => {
    const { tokens } = request.body ?? {};
    // Without a number nothing is captured here, so all that is held will be.
    response.json(tokens === undefined ? { held: 1000 } : await request.bursar.capture(tokens));
  });
  if (paying) {
    app.get('/test-gateway/:payment', (request, response) => {
      response.type('html').send(paying.page(request.params.payment));
    });
    app.post('/test-gateway/:payment', async (request, response) => {
      const { outcome } = request.query as { outcome?: string };
      const { location, body } = await paying.pay(request.params.payment, outcome);
      response.status(303).location(location).json(body);
    });
    app.get('/demo/bought', (_request, response) => void response.json({ bought: 'thank you' }));
  }
  if (moveClock) {
    app.post('/test/clock', async (request: Signed, response) => {
      response.json(await moveClock(request.user ?? null, request.body));
    });
  }

  app.get('/livez', billing.livez);
  app.get('/readyz', billing.readyz);
  app.get('/openapi.json', (_request, response) => {
    response.json(documentOf(bursar, '/billing'));
  });
  app.use(billing.errors);
  await billing.start();
  return listening(createServer(app), billing.close);
}

function checking(shape: typeof renderBody | typeof chatBody): RequestHandler {
  return (request, _response, next) => {
    checkBody(shape, request.body);
    next();
  };
}

function listening(server: HttpServer, close: (server: HttpServer) => Promise<void>): Server {
  return {
    listen: async (port, host) => {
      server.listen(port, host);
      await once(server, 'listening');
      return `http://${host}:${(server.address() as AddressInfo).port}`;
    },
    close: () => close(server),
  };
}
