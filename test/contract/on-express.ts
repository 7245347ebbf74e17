/** The contract's host on Express, called by supertest. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { bursarExpress } from '@bursar/express';
import express, { type Request, type RequestHandler, type Response } from 'express';
import supertest from 'supertest';
import {
  type Ask,
  answerOf,
  byHeaders,
  type Call,
  type Framework,
  type HostRoute,
  requestOf,
} from './host.ts';

type Billing = ReturnType<typeof bursarExpress>;

export const onExpress: Framework = {
  name: 'express',
  async start({ bursar, prefix, registration, routes }) {
    const { onDenied, ...options } = registration;
    const billing = bursarExpress({
      ...{ bursar, ...byHeaders, ...options },
      ...(onDenied && {
        onDenied: (decision: unknown, _request: Request, response: Response) => {
          if (onDenied(decision) === 'answer') response.status(418).json({ own: true });
        },
      }),
    } as never);
    const app = express();
    // Its own handler would print every error of the suites.
    app.set('env', 'test');
    if (prefix === '') app.use(billing.router);
    else app.use(prefix, billing.router);
    app.use(express.json());
    app.use(billing.middleware);
    for (const route of routes) addRoute(app, billing, route);
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, close: () => closed(server), call: (input) => asked(app, input) };
  },
};

async function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function asked(app: express.Express, input: Call) {
  const { headers, text } = requestOf(input);
  const method = (input.method ?? 'GET').toLowerCase() as
    | 'get'
    | 'post'
    | 'put'
    | 'delete'
    | 'patch';
  const sent = supertest(app)[method](input.path).set(headers);
  const {
    status,
    headers: fields,
    body,
    text: answer,
  } = await (text === undefined ? sent : sent.send(text));
  // superagent reads application/json only.
  const isProblem = String(fields['content-type']).startsWith('application/problem+json');
  return {
    status,
    headers: fields as Record<string, string>,
    body: isProblem ? JSON.parse(answer) : body,
  };
}

function addRoute(
  app: express.Express,
  billing: Billing,
  { method, path, before, guards = [], handle, referralLinks }: HostRoute,
): void {
  const auth: RequestHandler = (request, _response, next) => {
    before?.(request as never);
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    const stream = (parts: AsyncIterable<string>) => Readable.from(parts).pipe(response);
    const result = await handle?.({ bursar: request.bursar, body: request.body, gone, stream });
    if (result === response) return;
    const { status, body } = answerOf(result);
    response.status(status).json(body);
  };
  const verb = method === 'GET' ? 'get' : 'post';
  const links = referralLinks ? [billing.referralLinks] : [];
  app[verb](path, ...links, auth, ...guards.map((ask) => guardOf(billing, ask)), answer);
}

function guardOf(billing: Billing, [name, ...ask]: Ask): RequestHandler {
  const make = billing[name] as (...input: unknown[]) => RequestHandler;
  return make(...ask);
}
