/**
 * A transaction that the kit does not commit, or not by itself, and what was told inside.
 *
 * News is held back until the database says that the transaction is over. Then those whose rows are there are
 * published (a rolled back savepoint's are not), and without a commit only what needs none: that something was refused.
 */
import { type Bus, hasRow } from '../events/index.ts';
import { type Database, type Lane, type News, sql, text } from '../kernel/index.ts';
import { settleNews } from './settle-news.ts';

export type HostLane = {
  readonly lane: Lane;
  /** Holds one verb's news back until the transaction is over. */
  tell(news: readonly News[]): Promise<void>;
};

/** What was told in one transaction, verb by verb. */
export type Told = { readonly verbs: (readonly News[])[]; xid: string | null };

export type Watched = { database(): Promise<Database>; readonly bus: Bus };

/** When it is asked, in milliseconds after the last time. Together half a minute; then only the durable path is left. */
const delays = [5, 20, 50, 100, 250, 500, 1000, 1000, 2000, 2000, 3000, 5000, 5000, 5000, 5000];

/** A lane into the host's own transaction: it has no commit hook, so its fate is asked for on the kit's connections. */
export function watchLane(lane: Lane, kit: Watched): HostLane {
  const told: Told = { verbs: [], xid: null };
  const host = holdBack(lane, told);
  let isWatching = false;
  return {
    lane,
    async tell(news) {
      await host.tell(news);
      if (isWatching || told.xid === null) return;
      isWatching = true;
      ask(kit, told, 0);
    },
  };
}

/** A lane of a transaction whose end the caller sees: `told` is for it to settle then. */
export function holdBack(lane: Lane, told: Told): HostLane {
  return {
    lane,
    async tell(news) {
      if (news.length === 0) return;
      told.verbs.push(news);
      told.xid ??= await xidOf(lane);
    },
  };
}

/** `null` in a transaction that has failed: what it wrote is gone, unless a savepoint brings it back. */
async function xidOf(lane: Lane): Promise<string | null> {
  try {
    const [row] = await lane.query(sql`select pg_current_xact_id()::text as xid`);
    return text(row?.xid);
  } catch {
    return null;
  }
}

function ask(kit: Watched, told: Told, attempt: number): void {
  const delay = delays[attempt];
  if (delay === undefined) return;
  setTimeout(async () => {
    // A database that is busy, as the embedded one is until the host is done, is asked again.
    const isOver = await settle(kit, told).catch(() => false);
    if (!isOver) ask(kit, told, attempt + 1);
  }, delay).unref();
}

async function settle(kit: Watched, told: Told): Promise<boolean> {
  const database = await kit.database();
  const rows = await database.query(sql`select pg_xact_status(${told.xid}::text::xid8) as status`);
  const status = rows[0]?.status;
  if (status === 'in progress') return false;
  const news = status === 'committed' ? await settleNews(database, told) : rowless(told);
  kit.bus.publish(news);
  return true;
}

/** What is true whatever became of the transaction. */
export function rowless({ verbs }: Told): News[] {
  return verbs.flat().filter((one) => !hasRow(one) && one.sequence === undefined);
}
