/** What a delivery is taken in: an event by itself, or a stretch of the ledger's entries one after the other. */
import { type Claimed, stretchOf } from '../events/index.ts';
import type { News } from '../kernel/index.ts';
import { newsOfEntries } from '../ledger/index.ts';
import type { Root } from './root.ts';

export type Step = {
  /** One, or what an entry says: at most two. None where nothing of it is for the consumer. */
  readonly events: readonly News[];
  /** The entry; `null` for an event by itself. */
  readonly doneTo: number | null;
  readonly isFirst: boolean;
  readonly isLast: boolean;
};

/** At least one, the last of which ends the delivery. */
export async function stepsOf(root: Root, claimed: Claimed): Promise<Step[]> {
  const { event, doneTo, startsAt, types } = claimed;
  const stretch = stretchOf(event);
  if (!stretch) return [{ events: [event], doneTo: null, isFirst: true, isLast: true }];
  const from = Math.max(stretch.from, doneTo + 1);
  const context = { tenant: event.tenant, actor: null, host: null };
  const entries = await root.read(context, (scope) => newsOfEntries(scope, { ...stretch, from }));
  const isForIt = (one: News) =>
    (types === null || types.includes(one.type)) && new Date(one.at) >= startsAt;
  const wanted = entries
    .map(({ sequence, news }) => ({ doneTo: sequence, events: news.filter(isForIt) }))
    .filter(({ events }) => events.length > 0);
  if (wanted.length === 0) return [{ events: [], doneTo: null, isFirst: true, isLast: true }];
  return wanted.map((step, index) => ({
    ...step,
    isFirst: index === 0,
    isLast: index === wanted.length - 1,
  }));
}
