/**
 * A guard of the core as a hook of Fastify: run it, set its fields, and send what refuses.
 */
import type { Denied } from '@bursar/core';
import type { Guard as CoreGuard, Enforced, Reply, Surface } from '@bursar/core/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BursarFastifyOptions, Guard, Guards } from './types.ts';

/**
 * True once a refusal is on its way; never the reply itself, which is awaited to its very end. A request that may pass by
 * what is known without waiting passes at once: a promise costs more than the guard.
 */
export type Runner = (
  guard: CoreGuard,
  request: FastifyRequest,
  reply: FastifyReply,
) => boolean | Promise<boolean>;

/** Runs guards of one registration. */
export function runnerOf(surface: Surface<FastifyRequest>, options: BursarFastifyOptions): Runner {
  return (guard, request, reply) => {
    const enforced = guard(surface.session(request));
    if (!(enforced instanceof Promise)) return follow(enforced, request, reply);
    return enforced.then((one) => follow(one, request, reply));
  };

  function follow(
    { fields, refusal }: Enforced,
    request: FastifyRequest,
    reply: FastifyReply,
  ): boolean | Promise<boolean> {
    reply.headers(fields);
    return refusal ? refuse(refusal, request, reply) : false;
  }

  async function refuse(
    refusal: NonNullable<Enforced['refusal']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    const { denied } = refusal;
    const onDenied = refusal.onDenied ?? options.onDenied;
    const answers = denied && onDenied && (() => onDenied(denied as Denied, request, reply));
    if (!answers || !(await sends(reply, answers))) send(reply, refusal.reply);
    return true;
  }
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

type Done = (error?: Error) => void;

/**
 * A hook of what says, now or later, whether it has answered: Fastify hands a `done`, to be called unless it has. Called by
 * a host's own hook it gets none, and says by a promise.
 */
export function hookOf(
  answers: (request: FastifyRequest, reply: FastifyReply) => boolean | Promise<boolean>,
) {
  return function bursarGuard(
    request: FastifyRequest,
    reply: FastifyReply,
    done: Done | undefined,
  ) {
    if (!done) return whetherAnswered(answers, request, reply);
    const answered = answers(request, reply);
    if (answered === false) done();
    else if (answered !== true) answered.then((yes) => (yes ? undefined : done()), done);
    return undefined;
  };
}

async function whetherAnswered(
  answers: (request: FastifyRequest, reply: FastifyReply) => boolean | Promise<boolean>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  return (await answers(request, reply)) ? reply : undefined;
}

/** The guards as hooks; a refused request goes no further. */
export function guardsOf(surface: Surface<FastifyRequest>, run: Runner): Guards {
  const hook = (guard: CoreGuard): Guard =>
    hookOf((request, reply) => run(guard, request, reply)) as unknown as Guard;
  return {
    subscribed: (...ask) => hook(surface.subscribed(...ask)),
    minBalance: (...ask) => hook(surface.minBalance(...ask)),
    consumes: (...ask) => hook(surface.consumes(...ask)),
    referralLinks: async (request, reply) => {
      const cookie = await surface.captureLink(request);
      if (cookie) reply.header('set-cookie', cookie);
    },
    livez: (_request, reply) => send(reply, surface.livez()),
    readyz: async (_request, reply) => send(reply, await surface.readyz()),
    errorHandler: (error, request, reply) => send(reply, surface.replyTo(error, request)),
  };
}

/** Sends what the core made. */
export function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
