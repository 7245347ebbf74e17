/**
 * What a host tells an adapter: who asks, who may administer, and how refusals are answered.
 */
import type { ErrorCode } from '../kernel/index.ts';

export type Party = string | { readonly kind: string; readonly id: string };

/** Who asks. Null, undefined or an empty text: nobody. */
export type Who =
  | string
  | {
      readonly customer: string;
      readonly kind?: string | undefined;
      readonly usedBy?: Party | undefined;
    }
  | null
  | undefined;

/** The closed list of a decision's reasons, and nobody. */
export type RefusalReason = Extract<
  ErrorCode,
  | 'unauthenticated'
  | 'customer_frozen'
  | 'feature_unknown'
  | 'no_subscription'
  | 'feature_not_in_plan'
  | 'paused'
  | 'past_due'
  | 'quota_exceeded'
  | 'insufficient_balance'
  | 'limit_exceeded'
  | 'value_mismatch'
  | 'wrong_kind'
>;

/** Statuses other than the table's, by reason. */
export type Statuses = Partial<Record<RefusalReason, number>>;

/** How a request that took something came to its end. */
export type Outcome = {
  readonly status: number;
  readonly error: unknown;
  readonly aborted: boolean;
};

// biome-ignore lint/suspicious/noExplicitAny: decision, request and reply are typed by each adapter.
export type OnDenied = (decision: any, request: any, reply: any) => unknown;

export interface GuardOptions<Request> {
  /** The status of this guard's refusals; a number stands for all but `unauthenticated`. */
  status?: number | Statuses | undefined;
  /** Who uses on the customer's behalf; default: what `customer` said. */
  usedBy?: ((request: Request) => Party | undefined) | undefined;
  /** Answers this guard's refusals in the host's own way, before the registration's: `(decision, request, reply)`. */
  onDenied?: OnDenied | undefined;
}

export interface ConsumesOptions<Request> extends GuardOptions<Request> {
  /** What may pay: the quota and grants of the feature, its credits, or first one and then the other (default). */
  from?: 'quota' | 'credits' | 'both' | undefined;
  /** Reserve instead of spend, for so long (`true`: PT5M); the handler captures the true amount. */
  hold?: boolean | `P${string}` | undefined;
  /** One spend per key, customer, method, route and body. Off by default: a constant header must not be a free ride. */
  idempotencyKey?: ((request: Request) => string | undefined) | undefined;
  /** What a key that has paid before gets: 409 `already_spent` (default), or `pass` with `decision.replayed`. */
  replay?: 'refuse' | 'pass' | undefined;
  /**
   * Whether this outcome gives back. Default: error or status from 500, and not aborted; a hold that was not captured
   * goes by the status alone, and stays after a client went away.
   */
  refundOn?: ((outcome: Outcome) => boolean) | undefined;
}

export interface AdapterOptions<Request, Kit extends object = object> {
  bursar: Kit;
  /** Runs once per request, at the first guard or verb, so after the route's own authentication. */
  customer(request: Request, tenant: string | undefined): Who | Promise<Who>;
  /** Without it there are no admin routes. */
  admin?(request: Request): boolean | Promise<boolean>;
  /** Given, it must name a tenant: undefined is refused, never the default tenant. */
  tenant?(request: Request): string | undefined | Promise<string | undefined>;
  /** May this member do what the team may? Asked with a route's operation, or a guard's name. */
  authorize?(request: Request, operation: string): boolean | Promise<boolean>;
  /** The language of whoever is new, where the request says none that is usable. At once, and only then. */
  locale?(request: Request): string | undefined;
  /** As `locale`, of the country. */
  country?(request: Request): string | undefined;
  /** As `locale`, of the time zone. */
  timeZone?(request: Request): string | undefined;
  /** Whose code brought whoever is new, such as a login's state carried; goes before what the request says. */
  referralCode?(request: Request): string | undefined;
  /** Who acts, for audit and events; default: `usedBy`, else the customer. */
  actor?(request: Request): string;
  /** `false`: guards decide, log and attach, but never refuse. */
  enforce?: boolean | undefined;
  /** Statuses other than the table's, by reason. */
  status?: Statuses | undefined;
  /** How long a server that closes waits for requests under way before it cuts them off. Default 4,000. */
  drainMilliseconds?: number | undefined;
}

/** What an adapter knows of a request, in no framework's words. */
export type HttpRequest = {
  readonly method: string;
  /** Where our routes are mounted; '' on the host's own routes. */
  readonly prefix: string;
  /** The pattern of the route, prefix included. */
  readonly route: string;
  readonly url: string;
  readonly id: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly params: unknown;
  readonly query: unknown;
  /** Undefined while nothing has parsed it. */
  readonly body: unknown;
  /** Whose it is, as far as the host trusts its proxies. */
  readonly address: string | undefined;
  /** By https, as far as the host knows. */
  readonly isSecure: boolean;
};

/** What an adapter sends. `body` is JSON text. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
