/**
 * A guard of the core as a hook of Fastify: run it, set its fields, and send what refuses.
 */
import type { Denied } from '@bursar/core';
import type { Guard as CoreGuard, Reply, Surface } from '@bursar/core/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BursarFastifyOptions, Guard, Guards } from './types.ts';

/** Resolves to true once a refusal is on its way; never to the reply itself, which is awaited to its very end. */
export type Runner = (
  guard: CoreGuard,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<boolean>;

/** Runs guards of one registration. */
export function runnerOf(surface: Surface<FastifyRequest>, options: BursarFastifyOptions): Runner {
  return async (guard, request, reply) => {
    const { fields, refusal } = await guard(surface.session(request));
    reply.headers(fields);
    if (!refusal) return false;
    const { denied } = refusal;
    const onDenied = refusal.onDenied ?? options.onDenied;
    const answers = denied && onDenied && (() => onDenied(denied as Denied, request, reply));
    if (!answers || !(await sends(reply, answers))) send(reply, refusal.reply);
    return true;
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

/** The guards as hooks; a refused request goes no further. */
export function guardsOf(surface: Surface<FastifyRequest>, run: Runner): Guards {
  const hook = (guard: CoreGuard): Guard =>
    async function bursarGuard(request, reply) {
      if (await run(guard, request, reply)) return reply as never;
    };
  return {
    subscribed: (...ask) => hook(surface.subscribed(...ask)),
    minBalance: (...ask) => hook(surface.minBalance(...ask)),
    consumes: (...ask) => hook(surface.consumes(...ask)),
    livez: (_request, reply) => send(reply, surface.livez()),
    readyz: async (_request, reply) => send(reply, await surface.readyz()),
    errorHandler: (error, request, reply) => send(reply, surface.replyTo(error, request)),
  };
}

/** Sends what the core made. */
export function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
