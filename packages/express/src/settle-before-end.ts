/**
 * Give-backs and captures of a request, committed before its response ends.
 *
 * Wraps `end` of this one response; nothing of the app is touched.
 */
import { isUnsettled, type Session, settle } from '@bursar/core/http';
import type { Response } from 'express';

/** Nginx's word for a client that went away; the client never sees it. */
const statusOfAborted = 499;
const watched = new WeakSet<Response>();

/** Watches a response; a second call for the same one does nothing. */
export function settleBeforeEnd(session: Session, response: Response): void {
  if (watched.has(response)) return;
  watched.add(response);
  const end = response.end;
  response.end = function endSettled(this: Response, ...args: unknown[]) {
    if (!isUnsettled(session)) {
      response.end = end;
      return end.apply(response, args as never);
    }
    // A second `end` while the first one waits has nothing to add.
    response.end = (() => response) as typeof end;
    void settle(session, { status: response.statusCode }).finally(() => {
      response.end = end;
      end.apply(response, args as never);
    });
    return response;
  } as typeof end;
  response.once('close', () => {
    if (response.writableFinished) return;
    session.aborted = true;
    void settle(session, { status: statusOfAborted });
  });
}
