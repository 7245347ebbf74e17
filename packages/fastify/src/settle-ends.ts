/**
 * What guards took of a request is settled as its end comes, by the hooks Fastify has for each kind of end.
 */
import { isUnsettled, type Surface, settle } from '@bursar/core/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Nginx's word for a client that went away; the client never sees it. */
const statusOfAborted = 499;

/** Give-backs and captures are committed before the response ends; a stream's holds wait for its end. */
export function settleEnds(app: FastifyInstance, surface: Surface<FastifyRequest>): void {
  app.addHook('onError', async (request, _reply, error) => {
    const session = surface.begun(request);
    if (session) session.error = error;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const session = surface.begun(request);
    if (session && isUnsettled(session))
      await settle(session, { status: reply.statusCode, holds: !isStream(payload) });
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

function isStream(payload: unknown): boolean {
  const { pipe, getReader } = (payload ?? {}) as { pipe?: unknown; getReader?: unknown };
  return (
    typeof pipe === 'function' || typeof getReader === 'function' || payload instanceof Response
  );
}
