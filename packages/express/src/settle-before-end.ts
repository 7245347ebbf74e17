/**
 * Give-backs and captures of a request, committed before its response ends.
 *
 * Wraps `end` of this one response; nothing of the app is touched. Once it has been answered, nothing else answers it:
 * a handler that fails after its answer changes neither the answer nor the server.
 */
import { isUnsettled, type Session, settle } from '@bursar/core/http';
import type { Response } from 'express';

/** Nginx's word for a client that went away; the client never sees it. */
const statusOfAborted = 499;
const watched = Symbol('bursar.watched');
/** What would change an answer, or send another one. */
const answering = [
  'appendHeader',
  'end',
  'flushHeaders',
  'removeHeader',
  'setHeader',
  'write',
  'writeHead',
] as const;

/** Watches a response; a second call for the same one does nothing. */
export function settleBeforeEnd(session: Session, response: Response): void {
  const marked = response as Response & { [watched]?: true };
  if (marked[watched]) return;
  marked[watched] = true;
  const end = response.end;
  response.end = function endSettled(this: Response, ...args: unknown[]) {
    response.end = end;
    const { statusCode, statusMessage } = response;
    const settling = isUnsettled(session) ? settle(session, { status: statusCode }) : null;
    if (!settling) return end.apply(response, args as never);
    const speak = silence(response);
    void settling.finally(() => {
      speak();
      if (!response.headersSent) Object.assign(response, { statusCode, statusMessage });
      end.apply(response, args as never);
      silence(response);
    });
    return response;
  } as typeof end;
  response.once('close', () => {
    if (response.writableFinished) return;
    session.aborted = true;
    void settle(session, { status: statusOfAborted });
  });
}

/** Makes a response deaf to everything but what is returned, which gives its methods back. */
function silence(response: Response): () => void {
  const own = answering.map(
    (name) => [name, Object.getOwnPropertyDescriptor(response, name)] as const,
  );
  for (const name of answering) {
    Object.defineProperty(response, name, {
      configurable: true,
      writable: true,
      value: () => response,
    });
  }
  return () => {
    for (const [name, descriptor] of own) {
      if (descriptor) Object.defineProperty(response, name, descriptor);
      else Reflect.deleteProperty(response, name);
    }
  };
}
