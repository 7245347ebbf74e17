/**
 * A host of either framework, described once: its routes, its guards as data, and how a test calls it.
 *
 * A framework joins the contract by turning a `HostPlan` into a server; everything asked of it is in the suites.
 */
import type { Bursar, RequestHandle } from '@bursar/core';
import type { AdapterOptions, ConsumesOptions, GuardOptions } from '@bursar/core/http';

// biome-ignore lint/suspicious/noExplicitAny: what both frameworks' requests have in common, and a suite reads.
export type AnyRequest = { headers: Record<string, any>; body: any; user?: string };

/** A guard as data: `['subscribed', 'track-time']`. */
export type Ask =
  | readonly ['subscribed', feature?: string, options?: GuardOptions<AnyRequest>]
  | readonly ['minBalance', unit: string, amount: number, options?: GuardOptions<AnyRequest>]
  | readonly [
      'consumes',
      feature: string,
      amount?: number | ((request: AnyRequest) => number | Promise<number>),
      options?: ConsumesOptions<AnyRequest>,
    ];

export type Handling = {
  readonly bursar: RequestHandle;
  // biome-ignore lint/suspicious/noExplicitAny: the suites send what they read.
  readonly body: any;
  /** Resolves when the client has gone away. */
  readonly gone: Promise<void>;
  /** Sends a stream instead of an answer. */
  stream(parts: AsyncIterable<string>): unknown;
};

export type HostRoute = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The route's own authentication, before its guards. */
  readonly before?: ((request: AnyRequest) => void) | undefined;
  readonly guards?: readonly Ask[];
  /** A page that referral links lead to. */
  readonly referralLinks?: boolean;
  /** What it returns goes out as JSON, with status 200 or `{ status, body }`. */
  handle?(handling: Handling): Promise<unknown>;
};

export type Registration = Partial<Omit<AdapterOptions<AnyRequest>, 'bursar'>> & {
  /** Answers by itself with 418 when it says so. */
  readonly onDenied?: (decision: unknown) => 'answer' | 'pass';
};

export type HostPlan = {
  readonly bursar: Bursar<never, unknown> | object;
  readonly prefix: string;
  readonly registration: Registration;
  readonly routes: readonly HostRoute[];
};

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly path: string;
  readonly user?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** A body as it is, in place of JSON. */
  readonly raw?: { readonly type: string; readonly text: string };
};

export type Answer = {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: read by the suites as they expect it.
  readonly body: any;
};

export type Host = {
  readonly url: string;
  call(input: Call): Promise<Answer>;
  close(): Promise<void>;
};

export type Framework = { readonly name: string; start(plan: HostPlan): Promise<Host> };

/** Who asks, in which tenant, and whether as an admin: by plain headers, as a proxy would say it. */
export const byHeaders = {
  customer: (request: AnyRequest) =>
    request.user ?? (request.headers['x-user'] as string | undefined),
  tenant: (request: AnyRequest) => request.headers['x-tenant'] as string | undefined,
  admin: (request: AnyRequest) => request.headers['x-admin'] === 'yes',
};

/** `{ status, body }` or a body of 200. */
export function answerOf(result: unknown): { status: number; body: unknown } {
  const { status, body } = (result ?? {}) as { status?: unknown; body?: unknown };
  return typeof status === 'number'
    ? { status, body: body ?? {} }
    : { status: 200, body: result ?? {} };
}

/** Header fields and body of a call. */
export function requestOf({ user, headers, body, raw }: Call): {
  headers: Record<string, string>;
  text?: string;
} {
  const type = raw?.type ?? (body === undefined ? undefined : 'application/json');
  const text = raw?.text ?? (body === undefined ? undefined : JSON.stringify(body));
  return {
    headers: {
      ...(user === undefined ? {} : { 'x-user': user }),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(text === undefined ? {} : { text }),
  };
}
