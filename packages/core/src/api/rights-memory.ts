/**
 * What this process remembers of customers' rights, and how it hears that they have changed: of its own commits at once,
 * of other processes' by one notification after theirs.
 */
import { createSubjectCache, type SubjectCache } from '../entitlements/index.ts';
import { changesRights, RIGHTS_CHANNEL } from '../events/index.ts';
import type { Database, News } from '../kernel/index.ts';

export type RightsMemory = {
  readonly subjects: SubjectCache;
  /** Listens on this database until what is returned is called. */
  listen(database: Database): () => Promise<void>;
  /** Committed here. */
  told(news: readonly News[]): void;
  /** Told in a transaction that the host will end: read through until it is over. */
  begun(news: readonly News[]): void;
  over(news: readonly News[]): void;
};

/** An empty memory, deaf until it listens. */
export function createRightsMemory(): RightsMemory {
  const subjects = createSubjectCache();
  const each = (
    news: readonly News[],
    act: (key: { tenant: string; customer: string }) => void,
  ) => {
    for (const one of news) {
      if (changesRights(one)) act({ tenant: one.tenant, customer: one.customer ?? '' });
    }
  };
  return {
    subjects,
    told: (news) => each(news, subjects.forget),
    begun: (news) => each(news, subjects.withhold),
    over: (news) => each(news, subjects.release),
    listen: (database) =>
      database.listen(RIGHTS_CHANNEL, {
        ready: () => subjects.hear(true),
        lost: () => subjects.hear(false),
        heard(payload) {
          const key = keyOf(payload);
          if (key) subjects.forget(key);
        },
      }),
  };
}

/** Others may use the channel too: what is not ours says nothing. */
function keyOf(payload: string): { tenant: string; customer: string } | null {
  try {
    const [tenant, customer] = JSON.parse(payload) as unknown[];
    return typeof tenant === 'string' && typeof customer === 'string' ? { tenant, customer } : null;
  } catch {
    return null;
  }
}
