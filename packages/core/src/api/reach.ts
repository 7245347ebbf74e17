/** How verbs come to their scope: at once where everything is known, else in time; in a host's transaction in their turn. */
import type { Bus } from '../events/index.ts';
import type { News, Scope, Tenant } from '../kernel/index.ts';
import type { HostLane } from './host-lane.ts';
import type { Context, createScopes } from './scopes.ts';

export interface Reach {
  /** Sees to it that the context's tenant and its catalogue are there. */
  prepare(context: Context): Promise<Tenant>;
  /** Runs a verb that may write: the tenant and its catalogue are there. */
  command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** To read with, without waiting; `null` while the database or the tenant is not known yet. */
  atOnce(context: Context): Scope | null;
  /** Runs what is of all tenants, such as looking for what is due; never what a tenant's call sets off. */
  across<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Runs a verb that only reads: a tenant nobody has used stays unmade. */
  read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T>;
}

/** In the scopes of one kit. */
export function createReach(scopes: ReturnType<typeof createScopes>, bus: Bus): Reach {
  function command<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const scope = scopes.atOnce(context);
    if (scope) return begin(work, scope);
    const { host } = context;
    return host ? host.inTurn(() => commandIn(host, context, work)) : commandAlone(context, work);
  }

  async function commandAlone<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    return work(await scopes.prepared(context, bus.publish));
  }

  async function commandIn<T>(
    host: HostLane,
    context: Context,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T> {
    const told: News[] = [];
    const scope = await scopes.prepared(context, (news) => void told.push(...news));
    try {
      return await work(scope);
    } finally {
      // Also after a refusal: that something was refused is news, and what else there is must show its row.
      await host.tell(told);
    }
  }

  async function read<T>(context: Context, work: (scope: Scope) => Promise<T>): Promise<T> {
    const scope = scopes.atOnce(context);
    if (scope) return work(scope);
    const reading = async () => work(await scopes.found(context));
    return context.host ? context.host.inTurn(reading) : reading();
  }

  const prepare = async (context: Context) => (await scopes.prepared(context, bus.publish)).tenant;
  const across: Reach['across'] = async (work) => work(await scopes.across());
  return { prepare, command, across, atOnce: scopes.atOnce, read };
}

/** What it throws before its first wait is a rejection too. */
function begin<T>(work: (scope: Scope) => Promise<T>, scope: Scope): Promise<T> {
  try {
    return work(scope);
  } catch (error) {
    return Promise.reject(error);
  }
}
