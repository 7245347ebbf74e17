/**
 * What guards took of a request is settled as its end comes, by the hooks Fastify has for each kind of end.
 */
import { isUnsettled, type Surface, settle } from '@bursar/core/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Nginx's word for a client that went away; the client never sees it. */
const statusOfAborted = 499;

/** Give-backs and captures are committed before the response ends; a stream's holds wait for its end. */
export function settleEnds(app: FastifyInstance, surface: Surface<FastifyRequest>): void {
  // With a callback, since they run on every route of the host, and most have nothing to settle.
  app.addHook('onError', (request, _reply, error, done) => {
    const session = surface.begun(request);
    if (session) session.error = error;
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const session = surface.begun(request);
    if (!session || !isUnsettled(session)) return done();
    const end = { status: reply.statusCode, holds: !isStream(payload) };
    goOn(settle(session, end), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const session = surface.begun(request);
    if (!session || !isUnsettled(session)) return done();
    goOn(settle(session, { status: reply.raw.statusCode }), done);
  });
  app.addHook('onRequestAbort', async (request) => {
    const session = surface.session(request);
    session.aborted = true;
    await settle(session, { status: statusOfAborted });
  });
}

function goOn(settling: Promise<void> | null, done: (error?: Error) => void): void {
  if (settling) settling.then(() => done(), done);
  else done();
}

function isStream(payload: unknown): boolean {
  const { pipe, getReader } = (payload ?? {}) as { pipe?: unknown; getReader?: unknown };
  return (
    typeof pipe === 'function' || typeof getReader === 'function' || payload instanceof Response
  );
}
