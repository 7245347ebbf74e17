/**
 * How a verb gets its scope: with the database open and the tenant known at once, otherwise as soon as they are.
 */
import type { Bus } from '../events/index.ts';
import {
  createMemory,
  type Database,
  type News,
  openScope,
  type Ports,
  type Scope,
} from '../kernel/index.ts';
import type { Connection } from './connection.ts';
import type { HostLane } from './host-lane.ts';
import type { Options } from './options.ts';
import type { Known, Tenants } from './tenants.ts';

/** Whose kit it is: a tenant, somebody who acts, and the host's transaction if there is one. */
export type Context = {
  readonly tenant: string;
  readonly actor: string | null;
  /** What a request says of its customer, in case that is new. */
  readonly origin?: Scope['origin'];
  readonly host: HostLane | null;
};

type Foundations = {
  readonly bus: Bus;
  readonly ports: Ports;
  readonly connection: Connection;
  readonly tenants: Tenants;
};

export type Scopes = {
  /** Without waiting: not in the host's transaction, the database open, the tenant's rows in place. `null` otherwise. */
  atOnce(context: Context): Scope | null;
  /** Ready to be written to: the tenant and its catalogue are there. */
  prepared(context: Context, publish: (news: readonly News[]) => void): Promise<Scope>;
  /** To read with: a tenant nobody has used stays unmade. */
  found(context: Context): Promise<Scope>;
  /** Over all tenants: for what no tenant's call sets off. */
  across(): Promise<Scope>;
};

/** Scopes over one database, its tenants and its bus. */
export function createScopes(options: Options, foundations: Foundations): Scopes {
  const { bus, ports, connection, tenants } = foundations;
  const { logger, clock } = options;

  function scopeOf(
    { actor, origin }: Context,
    lane: Database | HostLane['lane'],
    { tenant, memory }: Known,
    publish: (news: readonly News[]) => void,
  ): Scope {
    return openScope({
      lane,
      tenant,
      ports,
      logger,
      publish,
      now: clock.now(),
      actor,
      origin,
      memory,
    });
  }

  return {
    atOnce(context) {
      const opened = context.host ? null : connection.opened();
      const known = opened && tenants.prepared(context.tenant);
      return known && scopeOf(context, opened, known, bus.publish);
    },
    /** The embedded database has one connection: there the host's transaction makes what is missing. */
    async prepared(context, publish) {
      const opened = await connection.database();
      const { host, tenant } = context;
      const lane = host?.lane ?? opened;
      const isAlone = host !== null && opened.kind === 'pglite';
      const own = isAlone ? lane : opened;
      const known = await tenants.prepare(tenant, {
        lane: own,
        lasts: !isAlone,
        scope: (one) => scopeOf(context, own, one, bus.publish),
        witness: lane,
      });
      return scopeOf(context, lane, known, publish);
    },
    async across() {
      const context = { tenant: options.tenant, actor: null, host: null };
      if (!options.rls) return this.atOnce(context) ?? this.found(context);
      const known = { tenant: { id: 0, key: options.tenant }, memory: createMemory() };
      return scopeOf(context, await connection.overview(), known, bus.publish);
    },
    async found(context) {
      const opened = await connection.database();
      const { host, tenant } = context;
      const lane = host?.lane ?? opened;
      const known = await tenants.find(tenant, { lane, lasts: host === null });
      return scopeOf(context, lane, known, bus.publish);
    },
  };
}
