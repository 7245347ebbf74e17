/**
 * What a route is: data, written by the slice that owns it, that has never seen Express or Fastify.
 *
 * Dispatch validates, asks who it is, and answers; a route only names its verb and its shapes.
 */
import { z } from 'zod';
import type { ErrorCode } from '../kernel/index.ts';

/** `customer` and `admin` routes are refused for nobody; admin routes exist only where the host gave an `admin` check. */
export type Access = 'public' | 'customer' | 'admin';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The tenant's kit as routes call it. `api.ts` fills it by declaration merging, so that no import points upwards. */
export interface RouteKit {}
/** The asking customer's handle, with the same verbs without `customer`. Filled like `RouteKit`. */
export interface RouteCustomer {}

export type RouteContext = {
  /** The verbs of the customer who asks. On public and admin routes, for nobody, each throws `unauthenticated`. */
  readonly me: RouteCustomer;
  /** The whole kit of the request's tenant: for admin and public routes. */
  readonly kit: RouteKit;
  /** The host's id of the customer who asks, or null. */
  readonly customer: string | null;
  /** Where the routes are mounted, for links. */
  readonly prefix: string;
  /** The `Idempotency-Key` header, else `idempotencyKey` of the body. */
  readonly idempotencyKey: string | undefined;
  /** Of a raw route: what came. `body` is bytes, unless the host's own parser came first. */
  readonly raw: {
    readonly body: unknown;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  };
};

/** A status other than the route's own, or header fields of its own: `answer(200, body)`. */
export class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Answers with another status than the route's own, as a creation's replay does. */
export function answer(
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Answer {
  return new Answer(status, body, headers);
}

export type Shape = z.ZodObject;
type Output<S> = S extends z.ZodType<infer O> ? O : Record<string, never>;

export type RouteInput<P, Q, B> = {
  readonly params: Output<P>;
  readonly query: Output<Q>;
  readonly body: Output<B>;
};

export type RouteDefinition<P = unknown, Q = unknown, B = unknown> = {
  /** Verb and noun, camel case: what `authorize` is asked and OpenAPI calls it. */
  readonly operation: string;
  readonly summary: string;
  readonly method: Method;
  /** Below the prefix, parameters as `:name`. */
  readonly path: `/${string}`;
  readonly access: Access;
  readonly params?: P | undefined;
  readonly query?: Q | undefined;
  readonly body?: B | undefined;
  /** The body is not parsed and nobody is asked who they are: what comes is believed by its signature. */
  readonly raw?: boolean | undefined;
  /** Keys of the body that its shape does not name are left out instead of refused. */
  readonly lenient?: boolean | undefined;
  /** 200 unless said. */
  readonly status?: number | undefined;
  /** The status of a repeated request under its key, where it is another one. */
  readonly replayStatus?: number | undefined;
  /** What its verb refuses; what any such route may refuse, the document knows by itself. */
  readonly refuses?: readonly ErrorCode[] | undefined;
  /** The answer as JSON: instants are ISO text. */
  readonly answers: z.ZodType;
  /** What it returns goes out as JSON; `Date`s become ISO text. Errors of the kit become problems. */
  handle(context: RouteContext, input: RouteInput<P, Q, B>): Promise<unknown>;
};

/** What the shapes of some route gave. */
export type CheckedInput = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
};

/** A route whose shapes no longer matter to the caller: dispatch checks them before `handle` runs. */
export type Route = Omit<RouteDefinition, 'params' | 'query' | 'body' | 'handle'> & {
  readonly params: Shape;
  readonly query: Shape;
  readonly body: Shape | null;
  handle(context: RouteContext, input: CheckedInput): Promise<unknown>;
};

const none: Shape = z.strictObject({});
/** An idempotency key, in the header or in the body. */
export const keyShape = z.string().min(1).max(255);
/** Every change takes a key in its body too; dispatch hands it over as `context.idempotencyKey`. */
const keyed: Shape = z.strictObject({ idempotencyKey: keyShape.optional() });

/**
 * Declares a route. Keys that a shape does not name are refused (422), a missing shape takes none;
 * the body of a GET is not looked at.
 *
 * ```ts
 * export const subscriptionRoutes: readonly Route[] = [
 *   defineRoute({
 *     operation: 'cancelSubscription',
 *     summary: 'Ends a subscription of one\'s own at its next boundary.',
 *     method: 'POST',
 *     path: '/subscriptions/:id/cancel',
 *     access: 'customer',
 *     params: z.object({ id: z.string() }),
 *     body: z.object({ reason: z.string().max(500).optional() }),
 *     answers: subscriptionOnTheWire,
 *     refuses: ['not_found'],
 *     handle: ({ me, idempotencyKey }, { params, body }) =>
 *       me.subscriptions.cancel({ subscription: params.id, reason: body.reason, idempotencyKey }),
 *   }),
 * ];
 * ```
 * A `body` whose keys are all optional may be left out of the request altogether.
 */
export function defineRoute<P extends Shape, Q extends Shape, B extends Shape>(
  definition: RouteDefinition<P, Q, B>,
): Route {
  return {
    ...definition,
    params: definition.params?.strict() ?? none,
    query: definition.query?.strict() ?? none,
    body:
      definition.method === 'GET' || definition.raw
        ? null
        : (bodyOf(definition) ?? none).extend(keyed.shape),
  } as unknown as Route;
}

function bodyOf({ body, lenient }: RouteDefinition<Shape, Shape, Shape>): Shape | undefined {
  return lenient ? body?.strip() : body?.strict();
}
