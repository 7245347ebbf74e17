/** A transaction that the kit opens and commits, with a handle of the kind the host gave. */
import { type Database, type OpenTransaction, transactionOn } from '../kernel/index.ts';
import { type HostLane, holdBack, rowless, type Told } from './host-lane.ts';
import type { Root } from './root.ts';
import { settleNews } from './settle-news.ts';

type Work<T> = (host: HostLane, transaction: unknown) => Promise<T>;

/** Runs `work` in one transaction; all of it commits, or nothing. What was told inside is published at once afterwards. */
export async function runTransaction<T>(root: Root, work: Work<T>): Promise<T> {
  const database = await root.database();
  const told: Told = { verbs: [], xid: null };
  const run = ({ lane, transaction }: OpenTransaction) => work(holdBack(lane, told), transaction);
  try {
    const answer = await transactionOn(root.options.database, database, run);
    await publish(root, database, told);
    return answer;
  } catch (error) {
    root.bus.publish(rowless(told));
    throw error;
  }
}

/** Its failure is no longer the transaction's: that one is committed. */
async function publish(root: Root, database: Database, told: Told): Promise<void> {
  if (told.verbs.length === 0) return;
  const news = await settleNews(database, told).catch((error: unknown) => {
    root.options.logger.warn({ err: error }, 'listeners were not told of a committed transaction');
    return rowless(told);
  });
  root.bus.publish(news);
}
