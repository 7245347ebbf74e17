/**
 * What all kits of one `createBursar` share: the database, the clock, what is known of each tenant, and the bus.
 *
 * Every verb runs through here: it opens a scope, and what it committed is told afterwards. Nothing else publishes.
 */
import { type Bus, createBus } from '../events/index.ts';
import { type Database, type News, openScope, type Ports, type Scope } from '../kernel/index.ts';
import { createSpendQueue } from '../ledger/index.ts';
import { planOf } from '../subscriptions/index.ts';
import { createConnection } from './connection.ts';
import { createWatch, type HostLane, type Watch } from './host-lane.ts';
import type { Options } from './options.ts';
import { createRightsMemory, type RightsMemory } from './rights-memory.ts';
import { createTenants, type Known } from './tenants.ts';

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
  /** The host's open transaction, as a context takes it. */
  readonly watch: Watch;
  /** Sees to it that the context's tenant and its catalogue are there. */
  prepare(context: Context): Promise<void>;
  /** Runs a verb that may write: the tenant and its catalogue are there. */
  command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Runs a verb that only reads: a tenant nobody has used stays unmade. */
  read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
}

/** The shared part of a kit; no I/O until something is asked. */
export function createRoot(options: Options): Root {
  const { logger, clock } = options;
  const { bus, ports, connection, tenants, watch } = foundations(options);
  const { ready, close, database } = connection;

  type Lane = Database | HostLane['lane'];
  function scopeOf(
    context: Context,
    lane: Lane,
    known: Known,
    publish: (news: readonly News[]) => void,
  ): Scope {
    const { tenant, memory } = known;
    const { actor } = context;
    return openScope({ lane, tenant, ports, logger, publish, now: clock.now(), actor, memory });
  }

  /** Ready to be written to. The embedded database has one connection: there the host's transaction makes what is missing. */
  async function prepared(
    context: Context,
    publish: (news: readonly News[]) => void,
  ): Promise<Scope> {
    const opened = await database();
    const { host, tenant } = context;
    const lane = host?.lane ?? opened;
    const isAlone = host !== null && opened.kind === 'pglite';
    const scope = (known: Known) => scopeOf(context, isAlone ? lane : opened, known, bus.publish);
    const known = await tenants.prepare(tenant, {
      lane: isAlone ? lane : opened,
      lasts: !isAlone,
      scope,
      witness: lane,
    });
    return scopeOf(context, lane, known, publish);
  }

  const prepare = async (context: Context) => void (await prepared(context, bus.publish));

  /** A scope without waiting: not in the host's transaction, the database open, the tenant known. */
  function atOnce(context: Context): Scope | null {
    const opened = context.host ? null : connection.opened();
    const known = opened && tenants.prepared(context.tenant);
    return known && scopeOf(context, opened, known, bus.publish);
  }

  function command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const scope = atOnce(context);
    return scope ? work(scope) : commandInTime(context, work);
  }

  async function commandInTime<T>(
    context: Context,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T> {
    const { host } = context;
    if (!host) return work(await prepared(context, bus.publish));
    const told: News[] = [];
    const scope = await prepared(context, (news) => void told.push(...news));
    try {
      return await work(scope);
    } finally {
      // Also after a refusal: that something was refused is news, and what else there is must show its row.
      await host.tell(told);
    }
  }

  function read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const scope = atOnce(context);
    return scope ? work(scope) : readInTime(context, work);
  }

  async function readInTime<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const opened = await database();
    const { host, tenant } = context;
    const lane = host?.lane ?? opened;
    const known = await tenants.find(tenant, { lane, lasts: host === null });
    return work(scopeOf(context, lane, known, bus.publish));
  }

  return { options, bus, ready, close, database, watch, prepare, command, read };
}

/** What a root stands on. */
function foundations(options: Options) {
  const rights = createRightsMemory();
  const bus = rememberingBus(createBus(options.logger), rights);
  const subjects = options.cache ? rights.subjects : undefined;
  const spendQueue = options.batch ? createSpendQueue() : undefined;
  const { catalog } = options;
  const ports: Ports = { catalog, planOf, subjects, spendQueue, hears: bus.hears };
  const connection = createConnection(options, (opened) =>
    options.cache ? rights.listen(opened) : async () => {},
  );
  const watch = createWatch(connection.database, bus, rights);
  return { bus, ports, connection, tenants: createTenants(), watch };
}

/** Forgets rights that have changed before anybody hears of it: a listener that asks again reads what is true now. */
function rememberingBus(bus: Bus, rights: RightsMemory): Bus {
  return {
    ...bus,
    publish(news) {
      rights.told(news);
      bus.publish(news);
    },
  };
}
