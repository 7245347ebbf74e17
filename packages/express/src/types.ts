/**
 * What an Express host types against: the options, the guards, and `req.bursar`.
 */
import type { Server } from 'node:http';
import type { Bursar, Denied, Keys, RequestHandle } from '@bursar/core';
import type { AdapterOptions, ConsumesOptions, GuardOptions } from '@bursar/core/http';
import type { ErrorRequestHandler, Request, RequestHandler, Response, Router } from 'express';

// biome-ignore lint/suspicious/noExplicitAny: a guard stands on any route, whatever its generics.
type Any = any;

/** Takes no part in inferring the route's parameters. */
export type Guard = RequestHandler<Any, Any, Any, Any, Any>;

export interface ExpressBursar<K extends Keys> {
  /** Our routes, with a body parser of their own: mount it before `express.json()`. */
  readonly router: Router;
  /** Gives every request below it `req.bursar`; a guard does so by itself. */
  readonly middleware: RequestHandler;
  /** The same as `middleware`. */
  readonly context: RequestHandler;
  /**
   * Remembers referral links in a cookie: `app.use(billing.referralLinks)`, before the pages they lead to. Needs the kit's
   * `referrals.secret`; never fails a page.
   */
  readonly referralLinks: RequestHandler;
  /** For hosts that want every error as a problem; also tells `refundOn` what a handler failed with. */
  readonly errors: ErrorRequestHandler;
  /** `app.get('/livez', billing.livez)`: 200 while the process answers. */
  readonly livez: RequestHandler;
  /** `app.get('/readyz', billing.readyz)`: 200 while the database is migrated and answers too, else 503 and why. */
  readonly readyz: RequestHandler;
  /** Connects, migrates and starts what runs in the background. */
  start(): Promise<void>;
  /**
   * Closes the server: no new connections, requests under way are answered, and connections kept alive end. What is left
   * after `drainMilliseconds` is cut off. The kit stays open, for other servers on it.
   */
  drain(server: Server): Promise<void>;
  /** `drain`, then `bursar.close()`: `process.once('SIGTERM', () => void billing.close(server))`. */
  close(server: Server): Promise<void>;
  /** Refuses whoever has no subscription, or none with this feature usable. */
  subscribed(feature?: K['feature'], options?: GuardOptions<Request>): Guard;
  /** Refuses whoever has less than `amount` available; as much passes. */
  minBalance(unit: K['unit'], amount: number, options?: GuardOptions<Request>): Guard;
  /** Takes before the handler: put it last, after your own checks. */
  consumes<P = Any, B = Any, Q = Any>(
    feature: K['metered'],
    amount?: number | ((request: Request<P, Any, B, Q>) => number | Promise<number>),
    options?: ConsumesOptions<Request<P, Any, B, Q>>,
  ): RequestHandler<P, Any, B, Q, Any>;
}

export type BursarExpressOptions<K extends Keys, R extends Request = Request> = AdapterOptions<
  R,
  Bursar<K, Any>
> & {
  /** Answers a refusal in the host's own way; when it sends nothing, the problem is sent. */
  onDenied?(decision: Denied, request: Request, response: Response): unknown;
};

declare global {
  namespace Express {
    interface Request {
      bursar: RequestHandle;
    }
  }
}
