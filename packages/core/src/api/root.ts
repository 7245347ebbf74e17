/**
 * What all kits of one `createBursar` share: the database, the clock, what each tenant's ids are, and the bus.
 *
 * Every verb runs through here: it opens a scope, and what it committed is told afterwards. Nothing else publishes.
 */
import { ensureCatalog } from '../catalog/index.ts';
import { type Bus, createBus } from '../events/index.ts';
import {
  ConfigurationError,
  createMemory,
  type Database,
  ensureTenant,
  findTenant,
  isTestClock,
  type Memory,
  migrate,
  type News,
  openDatabase,
  openScope,
  type Ports,
  type Scope,
  type Tenant,
} from '../kernel/index.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import { planOf } from '../subscriptions/index.ts';
import type { Options } from './options.ts';
import type { HostLane } from './host-lane.ts';

/** Whose kit it is: a tenant, somebody who acts, and the host's transaction if there is one. */
export type Context = {
  readonly tenant: string;
  readonly actor: string | null;
  readonly host: HostLane | null;
};

export interface Root {
  readonly options: Options;
  readonly bus: Bus;
  ready(): Promise<void>;
  close(): Promise<void>;
  database(): Promise<Database>;
  /** Runs a verb that may write: the tenant and its catalogue are there. */
  command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Runs a verb that only reads: a tenant nobody has used stays unmade. */
  read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
}

/** The shared part of a kit; no I/O until something is asked. */
export function createRoot(options: Options): Root {
  const bus = createBus(options.logger);
  const ports: Ports = { catalog: options.catalog, planOf };
  const memories = new Map<string, Memory>();
  const tenants = new Map<string, Tenant>();
  let opening: Promise<Database> | null = null;
  let announced = false;

  async function open(): Promise<Database> {
    const { schema, logger, allowEmbedded, clock } = options;
    const database = await openDatabase(options.database, { schema, logger, allowEmbedded });
    try {
      if (options.migrate) await migrate(database, { folder: migrationsFolder });
      if (isTestClock(clock)) await clock.attach(database);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Once for all callers; a failure is forgotten, so that the next call tries again. */
  function connect(): Promise<Database> {
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  function database(): Promise<Database> {
    if (!announced && process.env.NODE_ENV === 'production') {
      throw new ConfigurationError('With NODE_ENV=production, await bursar.ready() (or start()) before the first verb.');
    }
    return connect();
  }

  function memoryOf(tenant: string): Memory {
    const memory = memories.get(tenant) ?? createMemory();
    memories.set(tenant, memory);
    return memory;
  }

  async function tenantOf(context: Context, lane: Database | HostLane['lane'], make: boolean): Promise<Tenant> {
    const known = tenants.get(context.tenant);
    if (known) return known;
    const tenant = make ? await ensureTenant(lane, context.tenant) : await findTenant(lane, context.tenant);
    // What the host's transaction made may be rolled back, and a tenant nobody has made may still come.
    if (tenant.id !== 0 && !context.host) tenants.set(context.tenant, tenant);
    return tenant;
  }

  async function scopeOf(context: Context, make: boolean, publish: (news: readonly News[]) => void): Promise<Scope> {
    const lane = context.host?.lane ?? (await database());
    if (context.host) await database();
    const tenant = await tenantOf(context, lane, make);
    const { logger, clock } = options;
    const scope = openScope({
      ...{ lane, tenant, ports, logger, publish },
      now: clock.now(),
      actor: context.actor,
      memory: memoryOf(context.tenant),
    });
    const isSetUp = context.host !== null && tenants.has(context.tenant);
    if (make && !isSetUp) await ensureCatalog(scope);
    return scope;
  }

  async function command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const { host } = context;
    if (!host) return work(await scopeOf(context, true, bus.publish));
    const told: News[] = [];
    const answer = await work(await scopeOf(context, true, (news) => void told.push(...news)));
    await host.tell(told);
    return answer;
  }

  async function read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    return work(await scopeOf(context, false, bus.publish));
  }

  async function close(): Promise<void> {
    const closing = opening;
    opening = null;
    if (isTestClock(options.clock)) options.clock.detach();
    const opened = await closing?.catch(() => null);
    await opened?.close();
  }

  async function ready(): Promise<void> {
    await connect();
    announced = true;
  }

  return { options, bus, ready, close, database, command, read };
}
