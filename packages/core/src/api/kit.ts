/** What `createBursar` gives: the kit, its customers' handles, its events and its options. */
import type { AnyKeys, Catalog, Duration, Keys } from '../catalog/index.ts';
import type { CustomerEvents } from '../customers/index.ts';
import type { Decision, EntitlementEvents } from '../entitlements/index.ts';
import type { LedgerEvents, Verdict } from '../ledger/index.ts';
import type { Clock, Logger, Page, TestClock } from '../kernel/index.ts';
import type { PublishedPlan, SubscriptionEvents } from '../subscriptions/index.ts';
import type { Registered } from './register.ts';
import type { CustomerProfile, Instant, State, UsedBy, Verbs } from './verbs.ts';

/** Every event, with its payload. */
export type EventMap = CustomerEvents & SubscriptionEvents & EntitlementEvents & LedgerEvents & { 'setting.changed': { key: string; old: unknown; new: unknown } };

export type BursarEvent<T extends keyof EventMap = keyof EventMap> = {
  [K in T]: {
    /** The same at every delivery. */
    readonly id: string;
    readonly type: K;
    readonly tenant: string;
    /** The host's id of the customer it is about. */
    readonly customer: string | null;
    readonly at: string;
    readonly source: string | null;
    readonly subject: { readonly type: string; readonly id: string };
    readonly actor: string | null;
    readonly sequence?: number | undefined;
    readonly data: EventMap[K];
  };
}[T];

/** Listeners hear after commit, in order, and only what this process committed. */
export interface Events {
  on<T extends keyof EventMap>(type: T, listener: (event: BursarEvent<T>) => void | Promise<void>): () => void;
  on(type: '*', listener: (event: BursarEvent) => void | Promise<void>): () => void;
  once<T extends keyof EventMap>(type: T, listener: (event: BursarEvent<T>) => void | Promise<void>): () => void;
  once(type: '*', listener: (event: BursarEvent) => void | Promise<void>): () => void;
  off<T extends keyof EventMap>(type: T, listener: (event: BursarEvent<T>) => void | Promise<void>): void;
  off(type: '*', listener: (event: BursarEvent) => void | Promise<void>): void;
}

/** pg's clients, PGlite's transactions and, in one line, Prisma's and Kysely's. Not a pool, not a database. */
export interface QueryClient {
  // biome-ignore lint/suspicious/noExplicitAny: drivers type their values and rows in ways of their own
  query(text: string, values: any[]): Promise<{ rows: any[] }>;
  readonly totalCount?: never;
  readonly transaction?: never;
}
export interface PostgresJsTransaction {
  // biome-ignore lint/suspicious/noExplicitAny: as postgres.js types it
  unsafe(text: string, values?: any[]): PromiseLike<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as postgres.js types it
  savepoint(...args: any[]): any;
}
export interface DrizzleTransaction {
  // biome-ignore lint/suspicious/noExplicitAny: as Drizzle types it
  execute(query: any): PromiseLike<any>;
  rollback(): never;
}
/** An open transaction of the host's. */
export type Transaction = QueryClient | PostgresJsTransaction | DrizzleTransaction;
/** What `transaction` hands to its work: the kind of transaction the given database has. */
// biome-ignore lint/suspicious/noExplicitAny: inference over any database handle
export type TransactionOf<D> = D extends { transaction(work: (tx: infer T) => Promise<any>, ...rest: any[]): any } ? T : QueryClient;

export interface CustomerHandle<K extends Keys = Registered> extends Verbs<K, unknown> {
  readonly id: string;
  state(): Promise<State>;
}

export interface CustomersVerbs {
  /** @throws {CustomerUnknownError} No command has named it. */
  get(input: { customer: string }): Promise<CustomerProfile>;
  find(input: { customer: string }): Promise<CustomerProfile | null>;
  upsert(input: {
    customer: string;
    kind?: string | undefined;
    email?: string | null | undefined;
    name?: string | null | undefined;
    locale?: string | null | undefined;
    timeZone?: string | undefined;
    external?: Record<string, string> | undefined;
  }): Promise<CustomerProfile>;
  list(input?: { kind?: string | undefined; search?: string | undefined; limit?: number | undefined; cursor?: string | undefined }): Promise<Page<CustomerProfile>>;
}

export interface Kit<K extends Keys = Registered, Tx = QueryClient> extends Verbs<K, { customer: string }> {
  /** One call for a billing page. */
  state(customer: string): Promise<State>;
  /** The same verbs with the customer filled in. */
  customer(id: string): CustomerHandle<K>;
  /** The same kit, another tenant. */
  tenant(id: string): Kit<K, Tx>;
  /** The same kit, inside the caller's open transaction, which alone commits. */
  using(tx: Transaction): Kit<K, Tx>;
  readonly customers: CustomersVerbs;
  readonly catalog: { plans(input?: { selfService?: boolean | undefined }): Promise<readonly PublishedPlan[]> };
  readonly ledger: { verify(): Promise<Verdict> };
  readonly settings: { get(key: string): Promise<unknown>; set(input: { key: string; value: unknown }): Promise<void> };
}

export interface Bursar<K extends Keys = Registered, Tx = QueryClient> extends Kit<K, Tx> {
  /** Runs `work` in one transaction, whose handle is of the kind of the database that was given. */
  transaction<T>(work: (kit: Kit<K, Tx>, tx: Tx) => Promise<T>): Promise<T>;
  readonly events: Events;
  /** Connects and migrates. */
  ready(): Promise<void>;
  /** `ready`, and whatever runs in the background. */
  start(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** Only a kit with a test clock has these. */
export interface TestTools {
  advance(by: Duration): Promise<void>;
  advanceTo(at: Instant): Promise<void>;
}

export interface BursarOptions<K extends Keys = Keys, D = unknown, T extends Clock = Clock> {
  catalog: Catalog<K>;
  /** A `postgres://` URL, `memory://`, `file:./dir`, or an open handle. Default: `DATABASE_URL`, else `file:./.bursar`. */
  database?: D | undefined;
  clock?: T | undefined;
  /** Of all tables. Default `bursar`. */
  schema?: string | undefined;
  /** False: the host migrates by itself. Default true. */
  migrate?: boolean | undefined;
  /** pino's shape. Default: silent but for warnings and errors. */
  logger?: Logger | undefined;
  /** The embedded database with NODE_ENV=production. Default false. */
  allowEmbedded?: boolean | undefined;
  /** Of the tenant that is meant when none is named. Default `default`. */
  tenant?: string | undefined;
}

export type { CustomerEvents, Decision, TestClock, UsedBy };

declare module '../http/route.ts' {
  interface RouteKit extends Kit<AnyKeys, unknown> {}
  interface RouteCustomer extends CustomerHandle<AnyKeys> {}
}
