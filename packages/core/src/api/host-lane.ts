/**
 * The host's open transaction, and what becomes of it: it has no commit hook, so its fate is asked for.
 *
 * What was told inside is held back until the database says that the transaction is over; then those whose rows are
 * there are published (a rolled back savepoint's are not), and nothing otherwise. After half a minute only the
 * durable path is left.
 */
import type { Bus } from '../events/index.ts';
import { type Database, flag, integer, json, type Lane, type News, sql, text } from '../kernel/index.ts';

export type HostLane = {
  readonly lane: Lane;
  /** Holds news back until the transaction is over. */
  tell(news: readonly News[]): Promise<void>;
};

/** When it is asked, in milliseconds after the last time. Together half a minute. */
const delays = [5, 20, 50, 100, 250, 500, 1000, 1000, 2000, 2000, 3000, 5000, 5000, 5000, 5000];

/** A lane whose news waits for its commit, which is asked for on the kit's own connections. */
export function watchLane(lane: Lane, kit: { database(): Promise<Database>; bus: Bus }): HostLane {
  const told: News[] = [];
  let watching = false;
  return {
    lane,
    async tell(news) {
      if (news.length === 0) return;
      told.push(...news);
      if (watching) return;
      watching = true;
      const rows = await lane.query(sql`select pg_current_xact_id()::text as xid`);
      const xid = text(rows[0]?.xid);
      ask({ xid, told, kit, attempt: 0 });
    },
  };
}

/** A lane of a transaction that the kit itself commits: what was told is published by whoever calls `publish`. */
export function ownLane(lane: Lane, told: News[]): HostLane {
  return { lane, tell: async (news) => void told.push(...news) };
}

type Watch = {
  readonly xid: string;
  readonly told: readonly News[];
  readonly kit: { database(): Promise<Database>; bus: Bus };
  readonly attempt: number;
};

function ask(watch: Watch): void {
  const delay = delays[watch.attempt];
  if (delay === undefined) return;
  setTimeout(() => {
    settle(watch).catch(() => ask({ ...watch, attempt: watch.attempt + 1 }));
  }, delay).unref();
}

async function settle(watch: Watch): Promise<void> {
  const database = await watch.kit.database();
  const rows = await database.query(sql`select pg_xact_status(${watch.xid}::text::xid8) as status`);
  const status = rows[0]?.status;
  if (status === 'in progress') return ask({ ...watch, attempt: watch.attempt + 1 });
  if (status !== 'committed') return;
  watch.kit.bus.publish(await committed(database, watch));
}

/** Those whose outbox row, or whose entry of this very transaction, is there. */
async function committed(database: Database, { told, xid }: Watch): Promise<News[]> {
  const asked = told.map((one, index) => ({
    index,
    tenant: one.tenant,
    id: one.id,
    balance: one.sequence === undefined ? null : Number(one.subject.id),
    sequence: one.sequence ?? null,
  }));
  const rows = await database.query(sql`
    select asked.index,
           exists (select from bursar.outbox as kept where (kept.tenant_id, kept.id) = (tenant.id, asked.id))
           or exists (select from bursar.entries as entry
                       where (entry.tenant_id, entry.balance_id, entry.sequence) = (tenant.id, asked.balance, asked.sequence)
                         and entry.xid = ${xid}::text::bigint) as is_there
      from jsonb_to_recordset(${json(asked)}::text::jsonb)
           as asked (index int, tenant text, id text, balance bigint, sequence bigint)
      join bursar.tenants as tenant on tenant.key = asked.tenant`);
  const there = new Set(rows.filter((row) => flag(row.is_there)).map((row) => integer(row.index)));
  return told.filter((_, index) => there.has(index));
}
