/**
 * A transaction that the kit does not commit, or not by itself, and what was told inside.
 *
 * News is held back until the database says that the transaction is over. Then those whose rows are there are
 * published (a rolled back savepoint's are not), and without a commit only what needs none: that something was refused.
 */
import type { Bus } from '../events/index.ts';
import { type Database, type Lane, type News, sql, text } from '../kernel/index.ts';
import type { RightsMemory } from './rights-memory.ts';
import { rowless, settleNews, type Told } from './settle-news.ts';
import { type Turns, turnsOf } from './turns.ts';

export type HostLane = {
  readonly lane: Lane;
  /** Verbs in it run one after another. */
  readonly inTurn: Turns;
  /** Holds one verb's news back until the transaction is over. */
  tell(news: readonly News[]): Promise<void>;
};

/** Follows the host's transactions. They have no commit hook, so their fate is asked for on the kit's own connections. */
export type Watch = (lane: Lane, transaction: object) => HostLane;

/** When it is asked, in milliseconds after the last time. Together half a minute; then only the durable path is left. */
const delays = [5, 20, 50, 100, 250, 500, 1000, 1000, 2000, 2000, 3000, 5000, 5000, 5000, 5000];

/** One watch for a kit: all that is told in one transaction, through however many handles, is one story. */
export function createWatch(
  database: () => Promise<Database>,
  bus: Bus,
  rights: Pick<RightsMemory, 'begun' | 'over'>,
): Watch {
  const open = new Map<string, Told>();

  async function settle(told: Told): Promise<boolean> {
    const asked = await database();
    const status = await statusOf(asked, told.xid);
    if (status === 'in progress') return false;
    const news = status === 'committed' ? await settleNews(asked, told) : rowless(told);
    end(told);
    bus.publish(news);
    return true;
  }

  function end(told: Told): void {
    open.delete(told.xid);
    rights.over(told.verbs.flat());
  }

  function ask(told: Told, attempt: number): void {
    const delay = delays[attempt];
    if (delay === undefined) {
      end(told);
      return;
    }
    setTimeout(async () => {
      // A database that is busy, as the embedded one is until the host is done, is asked again.
      const isOver = await settle(told).catch(() => false);
      if (!isOver) ask(told, attempt + 1);
    }, delay).unref();
  }

  function begin(xid: string): Told {
    const told = { xid, verbs: [] };
    open.set(xid, told);
    ask(told, 0);
    return told;
  }

  return (lane, transaction) => ({
    ...tellingTo(lane, (xid) => open.get(xid) ?? begin(xid), rights.begun),
    inTurn: turnsOf(transaction),
  });
}

/** A lane of a transaction whose end the caller sees: what was told is for it to settle then. */
export function holdBack(
  lane: Lane,
  transaction: object,
): { readonly host: HostLane; told(): Told | null } {
  let kept: Told | null = null;
  const telling = tellingTo(lane, (xid) => {
    kept ??= { xid, verbs: [] };
    return kept;
  });
  return { host: { ...telling, inTurn: turnsOf(transaction) }, told: () => kept };
}

function tellingTo(
  lane: Lane,
  toldIn: (xid: string) => Told,
  begun: (news: readonly News[]) => void = () => {},
): Pick<HostLane, 'lane' | 'tell'> {
  return {
    lane,
    async tell(news) {
      const xid = news.length === 0 ? null : await xidOf(lane);
      if (xid === null) return;
      begun(news);
      toldIn(xid).verbs.push(news);
    },
  };
}

/** `null` in a transaction that has failed: what the verb wrote is gone, and with it its news. */
async function xidOf(lane: Lane): Promise<string | null> {
  try {
    const [row] = await lane.query(sql`select pg_current_xact_id()::text as xid`);
    return text(row?.xid);
  } catch {
    return null;
  }
}

async function statusOf(database: Database, xid: string): Promise<unknown> {
  const rows = await database.query(sql`select pg_xact_status(${xid}::text::xid8) as status`);
  return rows[0]?.status;
}
