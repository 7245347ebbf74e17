/** A transaction that the kit opens and commits, with a handle of the kind the host gave. */
import { type Database, transactionOn } from '../kernel/index.ts';
import { holdBack } from './host-lane.ts';
import type { Context, Root } from './root.ts';
import { rowless, settleNews, type Told } from './settle-news.ts';

type Work<T> = (context: Context, transaction: unknown) => Promise<T>;

/**
 * Runs `work` in one transaction; all of it commits, or nothing. What was told inside is published at once afterwards.
 *
 * The tenant is prepared first: inside, each would wait with a connection in its hand for another one.
 */
export async function runTransaction<T>(root: Root, context: Context, work: Work<T>): Promise<T> {
  await root.prepare(context);
  const database = await root.database();
  let told = (): Told | null => null;
  const running = transactionOn(root.options.database, database, ({ lane, transaction }) => {
    const held = holdBack(lane);
    told = held.told;
    return work({ ...context, host: held.host }, transaction);
  });
  const answer = await running.catch((error: unknown) => {
    const kept = told();
    if (kept) root.bus.publish(rowless(kept));
    throw error;
  });
  const kept = told();
  if (kept) await publish(root, database, kept);
  return answer;
}

/** Its failure is no longer the transaction's: that one is committed. */
async function publish(root: Root, database: Database, told: Told): Promise<void> {
  const news = await settleNews(database, told).catch((error: unknown) => {
    const message = 'listeners were not told of a committed transaction';
    root.options.logger.warn({ err: error }, message);
    return rowless(told);
  });
  root.bus.publish(news);
}
