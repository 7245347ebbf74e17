/**
 * A route's request from end to end: who asks, may they, is it well formed, run it, answer.
 *
 * Validation and error bodies are made here and nowhere else, so that two frameworks cannot disagree.
 */
import { ConfigurationError, isBursarError, ValidationError } from '../kernel/index.ts';
import { statusFor } from './enforce.ts';
import { ForbiddenError, UnauthenticatedError } from './errors.ts';
import { toProblem } from './problem.ts';
import type { HttpRequest, Reply } from './registration.ts';
import { Answer, type Route, type RouteContext, type RouteCustomer } from './route.ts';
import { authorize, type Identity, identify, type Session } from './session.ts';
import { validate } from './validate.ts';

/**
 * Answers a request for `route`; never rejects: what fails becomes a problem.
 * @param me The request's handle, for the route's verbs.
 */
export async function dispatch(route: Route, session: Session, me: RouteCustomer): Promise<Reply> {
  try {
    const identity = await admit(route, session);
    const request = session.request();
    const { body, ...input } = validate(route, request);
    const { idempotencyKey, ...rest } = body as { idempotencyKey?: string };
    const context: RouteContext = {
      me,
      kit: session.binding.kit({ tenant: identity.tenant, actor: identity.actor }),
      customer: identity.asker?.customer ?? null,
      prefix: request.prefix,
      raw: { body: route.raw ? rawBody(request) : undefined, headers: request.headers },
      idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']) ?? idempotencyKey,
    };
    const result = await route.handle(context, { ...input, body: rest });
    return result instanceof Answer
      ? json(result.status, result.body, result.headers)
      : json(route.status ?? 200, result);
  } catch (error) {
    return replyTo(error, session);
  }
}

/** The problem that answers `error` on one of our own routes. */
export function replyTo(error: unknown, session: Session): Reply {
  const { url, id } = session.request();
  const { binding, options } = session;
  const problem = toProblem(error, {
    instance: url,
    requestId: id,
    status: isBursarError(error) ? statusFor(error.code, undefined, options.status) : undefined,
    now: binding.now(),
  });
  // A query may hold what nobody should log.
  const [path] = url.split('?');
  if (problem.status >= 500) binding.logger.error({ err: error, path }, 'a route failed');
  return { status: problem.status, headers: problem.headers, body: JSON.stringify(problem.body) };
}

/** Admin routes are for whoever the host's `admin` says, customer or not; the others for the customer who asks. */
async function admit(route: Route, session: Session): Promise<Identity> {
  if (route.raw) return { tenant: undefined, actor: null, asker: null };
  const identity = await identify(session);
  if (route.access === 'public') return identity;
  if (route.access === 'admin') {
    if ((await session.options.admin?.(session.native)) === true) return identity;
    throw identity.asker
      ? new ForbiddenError('This is for administrators.')
      : new UnauthenticatedError();
  }
  if (!identity.asker) throw new UnauthenticatedError();
  await authorize(session, route.operation);
  return identity;
}

/**
 * The bytes that were sent; none where nothing was.
 * @throws {ConfigurationError} A parser of the host's came first: what it read cannot be put together again to the byte.
 */
function rawBody({ body, prefix, route }: HttpRequest): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body === undefined || body === null) return '';
  throw new ConfigurationError(
    `The body for ${route} was parsed before it came here, so no signature can be checked: mount what serves ${prefix || '/'} before any body parser.`,
    { route, reason: 'parsed' },
  );
}

function idempotencyKeyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && header.length >= 1 && header.length <= 255) return header;
  throw new ValidationError([
    { pointer: '/idempotencyKey', detail: 'the header must have 1 to 255 characters' },
  ]);
}

function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  // `null` is an answer too: no current subscription, say.
  const text = JSON.stringify(body ?? null);
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: text,
  };
}
