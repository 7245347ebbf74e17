/** The contract's host on Fastify, really listening. */
import { Readable } from 'node:stream';
import bursarFastify, { type Guard } from '@bursar/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import {
  type Answer,
  type Ask,
  answerOf,
  byHeaders,
  type Framework,
  type HostRoute,
  requestOf,
} from './host.ts';

export const onFastify: Framework = {
  name: 'fastify',
  async start({ bursar, prefix, registration, routes }) {
    const app = Fastify({
      // What Fastify refuses before any plugin: a path that cannot be decoded, an id that is too long.
      frameworkErrors: (error, request, reply) => {
        app.bursar.errorHandler(error, request, reply);
      },
      routerOptions: { maxParamLength: 255 },
    });
    const { onDenied, ...options } = registration;
    await app.register(bursarFastify, {
      ...{ bursar, prefix, ...byHeaders, ...options },
      ...(onDenied && {
        onDenied: (
          decision: unknown,
          _request: unknown,
          reply: { code(status: number): { send(body: unknown): void } },
        ) => {
          if (onDenied(decision) === 'answer') reply.code(418).send({ own: true });
        },
      }),
    } as never);
    for (const route of routes) addRoute(app, route);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close(), call: async (input) => fetched(url, input) };
  },
};

async function fetched(url: string, input: Parameters<typeof requestOf>[0]): Promise<Answer> {
  const { headers, text } = requestOf(input);
  const response = await fetch(`${url}${input.path}`, {
    ...{ method: input.method ?? 'GET', headers },
    ...(text === undefined ? {} : { body: text }),
  });
  const body = await response.text();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: parsed(body),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function addRoute(
  app: FastifyInstance,
  { method, path, before, guards = [], handle, referralLinks }: HostRoute,
): void {
  const preHandler = guards.map((ask) => guardOf(app, ask));
  if (before) preHandler.unshift(async (request) => before(request as never));
  app.route({
    ...{ method, url: path, preHandler, onRequest: referralLinks ? app.bursar.referralLinks : [] },
    handler: async (request, reply) => {
      const gone = new Promise<void>((resolve) => reply.raw.once('close', resolve));
      const stream = (parts: AsyncIterable<string>) => reply.send(Readable.from(parts));
      const result = await handle?.({ bursar: request.bursar, body: request.body, gone, stream });
      if (result === reply) return reply;
      const { status, body } = answerOf(result);
      return reply.code(status).send(body);
    },
  });
}

function guardOf(app: FastifyInstance, [name, ...ask]: Ask): Guard {
  const make = app.bursar[name] as (...input: unknown[]) => Guard;
  return make(...ask);
}
