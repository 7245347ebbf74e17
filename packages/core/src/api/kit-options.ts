/** What `createBursar` takes. */
import type { Catalog, Keys } from '../catalog/index.ts';
import type { CustomerRules } from '../customers/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { Gateway } from '../orders/index.ts';
import type { RateProviders, Rates } from '../rates/index.ts';
import type { LinkOptions, Triggers } from '../referrals/index.ts';
import type { SettingValues } from '../settings/index.ts';
import type { PayoutDrivers } from '../withdrawals/index.ts';

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
  /**
   * Boolean and config features are decided from memory. What another process changes is seen by one notification after its
   * commit; while that cannot be heard everything is read. Takes one connection. Default true.
   */
  cache?: boolean | undefined;
  /**
   * Spends and holds that arrive together in this process share one statement and one commit; each is accepted or refused
   * by itself, in the order they came, and one alone waits for nobody. False: each is a statement of its own. Default true.
   */
  batch?: boolean | undefined;
  /**
   * Where exchange rates come from: a table (`fixedRates`), a function of your own, or providers whose daily sheets the worker
   * fetches and keeps: `{ providers: [ecbRates(), nbuRates()] }`. Without any there is no exchange: `rate_missing`.
   */
  rates?: Rates | RateProviders | undefined;
  /**
   * Values of settings for all tenants, flat or nested: `{ 'holds.ttl': 'PT1H' }`, `{ holds: { ttl: 'PT1H' } }`. What an
   * operator stores comes before them, the defaults after.
   */
  settings?: (Partial<SettingValues> & Readonly<Record<string, unknown>>) | undefined;
  /** Languages, roles, what customers may change of themselves, and a word in the making of each. */
  customers?: CustomerRules | undefined;
  /** Signs what referral links leave with their visitors; without it they leave nothing. The same in all processes. */
  referrals?: LinkOptions | undefined;
  /** What may be rewarded, by its alias; each is off until an operator sets `triggers.<alias>`. */
  triggers?: Triggers | undefined;
  /** False: `start` runs nothing in the background; some other process, or the host by itself, calls `runDue`. Default true. */
  worker?: boolean | undefined;
  /**
   * False behind a pooler that keeps no prepared statements, such as PgBouncer in transaction mode; time limits then belong
   * on the role. Default true.
   */
  prepare?: boolean | undefined;
  /**
   * Past the pooler, where migrations run and notifications are heard. With `prepare: false` and none, nothing could be
   * heard, so `cache` is off.
   */
  directUrl?: string | undefined;
  /**
   * True: PostgreSQL itself shows each statement no other tenant's rows (row level security). `database` must then log in as a
   * role that does not own the tables, and `directUrl` as the one that does: it migrates, and looks for what is due in all
   * tenants, over two connections more. Not for the embedded database. Default false.
   */
  rls?: boolean | undefined;
  /** How many connections, and how long anything may wait. */
  pool?: PoolOptions | undefined;
  /**
   * Where orders are paid, by name, or what gives those of a tenant; asked at each use, so keep what it gives. Left out: an
   * operator takes what is paid by hand.
   */
  gateways?:
    | Readonly<Record<string, Gateway>>
    | ((
        tenant: string,
      ) => Readonly<Record<string, Gateway>> | Promise<Readonly<Record<string, Gateway>>>)
    | undefined;
  /** What pays withdrawals out by itself, by the method it pays; all others are paid by hand. Needs `start()`. */
  payouts?: PayoutDrivers | undefined;
  /** How webhooks are sent. */
  webhooks?: WebhookOptions | undefined;
  /** Of the tenant that is meant when none is named. Default `default`. */
  tenant?: string | undefined;
}

export interface WebhookOptions {
  /** Also to `http:` and to private addresses. For development: whoever may add an endpoint can then reach all that this process can. Default false. */
  allowPrivate?: boolean | undefined;
  /** How long one attempt may take, from 100 to 60,000. Default 15,000. */
  timeoutMilliseconds?: number | undefined;
}

/**
 * Of the connections to PostgreSQL. The embedded database has one, and of these only `acquireMilliseconds`: how long a
 * statement waits for its turn. Whatever waits longer fails with `database` (503), and nothing of it is done.
 */
export interface PoolOptions {
  /** Connections at most, per process, from 1 to 1,000. Default 10; one more to listen, and one while migrating. */
  connectionsMax?: number | undefined;
  /** How long a statement may wait for a free connection, up to an hour. Default 5,000. */
  acquireMilliseconds?: number | undefined;
  /**
   * How long a statement may run, from 100 up to an hour. A transaction that sends nothing for twice as long is rolled back.
   * With `prepare: false` this says what the role's limit is. Default 15,000.
   */
  statementMilliseconds?: number | undefined;
  /** How long a statement may wait for a lock, from 10 up to `statementMilliseconds`. Default 3,000. */
  lockMilliseconds?: number | undefined;
}
