/**
 * The scope operations are given: rows by cardinality, one transaction at a time, news and facts held back
 * until what they tell of is committed.
 *
 * Scopes of the host's transaction retry nothing and commit nothing, and what they learn is not remembered.
 */
import type { Row } from './codec.ts';
import type { Database, Lane } from './lane.ts';
import { keep, type Memory } from './memory.ts';
import type { News } from './news.ts';
import { withRetries } from './retry.ts';
import type { Logger, Ports, Scope, Tenant } from './scope.ts';
import type { Statement } from './statement.ts';

/** What all scopes of one command, and of the transactions in it, have in common. */
type Setting = {
  readonly tenant: Tenant;
  readonly now: Date;
  readonly actor?: string | null | undefined;
  readonly origin?: Scope['origin'];
  readonly ports: Ports;
  readonly logger: Logger;
  /** What this process remembers of the tenant. */
  readonly memory: Memory;
  /**
   * Called with news of what is committed, in order: after each commit of ours. In the host's transaction it is
   * called at once, for the caller to hold them back.
   */
  readonly publish: (news: readonly News[]) => void;
};

export type OpenScope = Setting & {
  /** The database, or the host's open transaction. */
  readonly lane: Database | Lane;
};

/** A scope over the pool, or over the host's open transaction if `lane` is one. */
export function openScope(input: OpenScope): Scope {
  const lane = input.lane.within?.(input.tenant.id) ?? input.lane;
  return isDatabase(lane) ? poolScope(input, lane) : foreignScope(input, lane);
}

/** The same scope at another instant or for another actor; on the same connection, with the same fate. */
export function sameLane(
  scope: Scope,
  change: { readonly now?: Date | undefined; readonly actor?: string | null | undefined },
): Scope {
  const changed: Scope = {
    ...scope,
    now: change.now ?? scope.now,
    actor: change.actor === undefined ? scope.actor : change.actor,
    transaction: (work) =>
      scope.inTransaction
        ? work(changed)
        : scope.transaction((inner) => work(sameLane(inner, change))),
  };
  return changed;
}

function isDatabase(lane: Database | Lane): lane is Database {
  return 'transaction' in lane;
}

function poolScope(setting: Setting, database: Database): Scope {
  const { tenant, now, actor = null, origin, ports, logger, memory } = setting;
  const { many, maybeOne, one, run } = rowsOf(database);
  const { recall, remember } = recallOf(memory);
  return {
    tenant,
    now,
    actor,
    origin,
    ports,
    logger,
    many,
    maybeOne,
    one,
    run,
    inTransaction: false,
    foreign: false,
    transaction: (work) => inOwnTransaction(setting, database, work),
    queue: (news) => setting.publish([news]),
    recall,
    remember,
  };
}

// A scope is made for every verb: what does not depend on the verb is made once for its database and its tenant.
const rowsByDatabase = new WeakMap<Database, ReturnType<typeof rows>>();
const recallByMemory = new WeakMap<Memory, Pick<Scope, 'recall' | 'remember'>>();

function rowsOf(database: Database): ReturnType<typeof rows> {
  const known = rowsByDatabase.get(database);
  if (known) return known;
  const made = rows((statement) => withRetries(() => database.query(statement)));
  rowsByDatabase.set(database, made);
  return made;
}

function recallOf(memory: Memory): Pick<Scope, 'recall' | 'remember'> {
  const known = recallByMemory.get(memory);
  if (known) return known;
  const made: Pick<Scope, 'recall' | 'remember'> = {
    recall: (key) => memory.get(key) as undefined,
    remember: (key, value) => keep(memory, key, value),
  };
  recallByMemory.set(memory, made);
  return made;
}

/** Each try starts with empty hands: what a failed one queued or remembered is gone with it. */
async function inOwnTransaction<T>(
  setting: Setting,
  database: Database,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  let queued: News[] = [];
  let learned = new Map<string, unknown>();
  const answer = await withRetries(() => {
    queued = [];
    learned = new Map();
    return database.transaction((lane) => work(innerScope(setting, lane, queued, learned)));
  });
  for (const [key, value] of learned) keep(setting.memory, key, value);
  if (queued.length > 0) setting.publish(queued);
  return answer;
}

function innerScope(
  setting: Setting,
  lane: Lane,
  queued: News[],
  learned: Map<string, unknown>,
): Scope {
  const scope: Scope = {
    ...facts(setting),
    ...rows((statement) => lane.query(statement)),
    inTransaction: true,
    foreign: false,
    transaction: (work) => work(scope),
    queue: (news) => void queued.push(news),
    recall: (key) => (learned.get(key) ?? setting.memory.get(key)) as undefined,
    remember: (key, value) => void learned.set(key, value),
  };
  return scope;
}

function foreignScope(setting: Setting, lane: Lane): Scope {
  const scope: Scope = {
    ...facts(setting),
    ...rows((statement) => lane.query(statement)),
    inTransaction: true,
    foreign: true,
    transaction: (work) => work(scope),
    queue: (news) => setting.publish([news]),
    recall: (key) => setting.memory.get(key) as undefined,
    remember: () => undefined,
  };
  return scope;
}

function facts({ tenant, now, actor = null, origin, ports, logger }: Setting) {
  return { tenant, now, actor, origin, ports, logger };
}

function rows(send: (statement: Statement) => Promise<Row[]>) {
  return {
    async many<T>(statement: Statement, read: (row: Row) => T): Promise<T[]> {
      return (await send(statement)).map((row) => read(row));
    },
    async maybeOne<T>(statement: Statement, read: (row: Row) => T): Promise<T | null> {
      const found = await send(statement);
      if (found.length > 1)
        throw new Error(`At most one row was expected, ${found.length} came: ${statement.text}`);
      return found[0] ? read(found[0]) : null;
    },
    async one<T>(statement: Statement, read: (row: Row) => T): Promise<T> {
      const found = await send(statement);
      if (found.length !== 1)
        throw new Error(`One row was expected, ${found.length} came: ${statement.text}`);
      return read(found[0] as Row);
    },
    async run(statement: Statement): Promise<void> {
      await send(statement);
    },
  };
}
