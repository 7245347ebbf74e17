/** What `createBursar` takes. */
import type { Catalog, Keys } from '../catalog/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';

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
  /** Of the tenant that is meant when none is named. Default `default`. */
  tenant?: string | undefined;
}
