/** A transaction that the kit opens and commits, with a handle of the kind the host gave. */
import { transactionOn } from '../kernel/index.ts';
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
  const tenant = await root.prepare(context);
  const database = await root.database();
  const place = { handle: root.options.database, database, tenant: tenant.id };
  let told = (): Told | null => null;
  const running = transactionOn(place, ({ lane, transaction }) => {
    const held = holdBack(lane, transaction as object);
    told = held.told;
    return work({ ...context, host: held.host }, transaction);
  });
  const answer = await running.catch((error: unknown) => {
    const kept = told();
    if (kept) root.bus.publish(rowless(kept));
    throw error;
  });
  const kept = told();
  if (kept) await publish(root, kept);
  return answer;
}

/** Its failure is no longer the transaction's: that one is committed. */
async function publish(root: Root, told: Told): Promise<void> {
  const settled = root.overview().then((database) => settleNews(database, told));
  const news = await settled.catch((error: unknown) => {
    const message = 'listeners were not told of a committed transaction';
    root.options.logger.warn({ err: error }, message);
    return rowless(told);
  });
  root.bus.publish(news);
}
