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

/**
 * An empty memory, deaf until it listens.
 * @param forgetTenant Called when a customer of it was erased: ids that are remembered by its name are nobody's now.
 */
export function createRightsMemory(forgetTenant: (tenant: string) => void): RightsMemory {
  const subjects = createSubjectCache();
  const each = (
    news: readonly News[],
    act: (key: { tenant: string; customer: string }) => void,
  ) => {
    for (const one of news) {
      if (changesRights(one)) act({ tenant: one.tenant, customer: one.customer ?? '' });
    }
  };
  const forgetErased = (news: readonly News[]) => {
    for (const one of news) if (one.type === ERASED) forgetTenant(one.tenant);
  };
  return {
    subjects,
    told(news) {
      each(news, subjects.forget);
      forgetErased(news);
    },
    begun: (news) => each(news, subjects.withhold),
    over(news) {
      each(news, subjects.release);
      forgetErased(news);
    },
    listen: (database) =>
      database.listen(RIGHTS_CHANNEL, {
        ready: () => subjects.hear(true),
        lost: () => subjects.hear(false),
        heard(payload) {
          const key = keyOf(payload);
          if (key) subjects.forget(key);
          if (key?.type === ERASED) forgetTenant(key.tenant);
        },
      }),
  };
}

const ERASED = 'customer.erased';

/** Others may use the channel too: what is not ours says nothing. */
function keyOf(payload: string): { tenant: string; customer: string; type: unknown } | null {
  try {
    const [tenant, customer, type] = JSON.parse(payload) as unknown[];
    return typeof tenant === 'string' && typeof customer === 'string'
      ? { tenant, customer, type }
      : null;
  } catch {
    return null;
  }
}
