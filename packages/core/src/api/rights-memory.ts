/**
 * What this process remembers of customers' rights and of settings, and how it hears that they have changed: of its own commits at once,
 * of other processes' by one notification after theirs.
 */
import { createSubjectCache, type SubjectCache } from '../entitlements/index.ts';
import { changesRights, RIGHTS_CHANNEL } from '../events/index.ts';
import type { Database, News } from '../kernel/index.ts';
import type { SettingsMemory } from '../settings/index.ts';

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
 * @param settings Told of each change of a tenant's settings.
 */
export function createRightsMemory(
  forgetTenant: (tenant: string) => void,
  settings: SettingsMemory,
): RightsMemory {
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
  const eachSetting = (news: readonly News[], act: (one: News) => void) => {
    for (const one of news) if (one.type === SETTING) act(one);
  };
  const hear = (hears: boolean) => {
    subjects.hear(hears);
    settings.hear(hears);
  };
  return {
    subjects,
    told(news) {
      each(news, subjects.forget);
      forgetErased(news);
      eachSetting(news, ({ tenant, data }) => settings.changed(tenant, Number(data.version)));
    },
    begun(news) {
      each(news, subjects.withhold);
      eachSetting(news, ({ tenant }) => settings.withhold(tenant));
    },
    over(news) {
      each(news, subjects.release);
      forgetErased(news);
      eachSetting(news, ({ tenant }) => settings.release(tenant));
    },
    listen: (database) =>
      database.listen(RIGHTS_CHANNEL, {
        ready: () => hear(true),
        lost: () => hear(false),
        heard(payload) {
          const { tenant, customer, type, version } = read(payload);
          if (typeof tenant !== 'string') return;
          if (typeof customer === 'string') subjects.forget({ tenant, customer });
          if (type === ERASED) forgetTenant(tenant);
          if (type === SETTING) settings.changed(tenant, Number(version));
        },
      }),
  };
}

const ERASED = 'customer.erased';
const SETTING = 'setting.changed';

type Heard = { readonly [part in 'tenant' | 'customer' | 'type' | 'version']?: unknown };

/** Others may use the channel too: what is not ours says nothing. */
function read(payload: string): Heard {
  try {
    const [tenant, customer, type, version] = JSON.parse(payload) as unknown[];
    return { tenant, customer, type, version };
  } catch {
    return {};
  }
}
