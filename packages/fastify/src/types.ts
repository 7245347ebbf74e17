/**
 * What a Fastify host types against: the plugin's options, the guards, and what is added to Fastify itself.
 */
import type { Bursar, Denied, Keys, Registered, RequestHandle } from '@bursar/core';
import type { AdapterOptions, ConsumesOptions, GuardOptions } from '@bursar/core/http';
import type {
  FastifyReply,
  FastifyRequest,
  LogLevel,
  preHandlerAsyncHookHandler,
  RouteGenericInterface,
} from 'fastify';

// biome-ignore lint/suspicious/noExplicitAny: a guard stands on any route, whatever its generics.
type Any = any;
type AnyRequest = FastifyRequest<Any, Any, Any, Any, Any, Any, Any>;
type AnyReply = FastifyReply<Any, Any, Any, Any, Any, Any, Any, Any>;

/** Stands in any hook of any route, whatever its generics, type provider, logger or server. */
export type Guard = (request: AnyRequest, reply: AnyReply) => Promise<void>;

export interface Guards<K extends Keys = Registered> {
  /** Refuses whoever has no subscription, or none with this feature usable. */
  subscribed(feature?: K['feature'], options?: GuardOptions<FastifyRequest>): Guard;
  /** Refuses whoever has less than `amount` available; as much passes. */
  minBalance(unit: K['unit'], amount: number, options?: GuardOptions<FastifyRequest>): Guard;
  /** Takes before the handler: put it last, after your own checks. */
  consumes<G extends RouteGenericInterface = RouteGenericInterface>(
    feature: K['metered'],
    amount?: number | ((request: FastifyRequest<G>) => number | Promise<number>),
    options?: ConsumesOptions<FastifyRequest<G>>,
  ): preHandlerAsyncHookHandler<Any, Any, Any, G, Any, Any, Any, Any>;
  /**
   * Remembers referral links in a cookie: `app.addHook('onRequest', app.bursar.referralLinks)`. Needs the kit's `referrals.secret`;
   * never fails a page.
   */
  referralLinks: Guard;
  /** `app.get('/livez', app.bursar.livez)`: 200 while the process answers. */
  livez(request: AnyRequest, reply: AnyReply): unknown;
  /** `app.get('/readyz', app.bursar.readyz)`: 200 while the database is migrated and answers too, else 503 and why. */
  readyz(request: AnyRequest, reply: AnyReply): Promise<unknown>;
  /** For hosts that want every error of a scope as a problem: `app.setErrorHandler(app.bursar.errorHandler)`. */
  errorHandler(error: unknown, request: AnyRequest, reply: AnyReply): unknown;
}

/** `app.bursar`: the kit, and the guards. */
export interface FastifyBursar<K extends Keys = Registered> extends Bursar<K>, Guards<K> {}

type Cost = number | ((request: FastifyRequest) => number | Promise<number>);

/** A route's `config: { bursar }`: the same guards as data, run in this order. */
export interface GuardConfig<K extends Keys = Registered> {
  subscribed?: K['feature'] | true;
  minBalance?: readonly [unit: K['unit'], amount: number];
  consumes?:
    | K['metered']
    | readonly [feature: K['metered'], amount: Cost]
    | readonly [feature: K['metered'], amount: Cost, options: ConsumesOptions<FastifyRequest>];
}

export interface BursarFastifyOptions extends AdapterOptions<FastifyRequest, Bursar<Any, Any>> {
  /** Where the routes are; default `/billing`, '' for the root. */
  prefix?: string;
  /** True where no other app uses the kit: it is closed with this one. Default false. */
  close?: boolean;
  /** Of the routes only. */
  logLevel?: LogLevel;
  /** Answers a refusal in the host's own way; when it sends nothing, the problem is sent. */
  onDenied?(decision: Denied, request: FastifyRequest, reply: FastifyReply): unknown;
}

declare module 'fastify' {
  interface FastifyInstance {
    bursar: FastifyBursar;
  }
  interface FastifyRequest {
    bursar: RequestHandle;
  }
  interface FastifyContextConfig {
    bursar?: GuardConfig;
  }
}
