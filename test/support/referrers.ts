/** Suites of rewards: on both databases, each test with a tenant nobody has used, some triggers, and a chain of sponsors. */
import { beforeAll } from 'vitest';
import { z } from 'zod';
import type { Scope } from '../../packages/core/src/kernel/index.ts';
import { createMemory, type Database, type News } from '../../packages/core/src/kernel/index.ts';
import { fixedRates } from '../../packages/core/src/ledger/index.ts';
import {
  attach,
  defineTrigger,
  giveCode,
  rewardProof,
  type Triggers,
  triggerSettings,
} from '../../packages/core/src/referrals/index.ts';
import { setSetting } from '../../packages/core/src/settings/index.ts';
import { planOf } from '../../packages/core/src/subscriptions/index.ts';
import { catalog } from './books.ts';
import type { Engine } from './databases.ts';
import { describeMigrated, type MigratedDatabase, openTestScope } from './kernel.ts';

export const triggers: Triggers = {
  sale: defineTrigger({
    payload: z.object({ cents: z.int().min(0), by: z.string().optional() }),
    baseAmount: ({ cents }) => ({ amount: cents, unit: 'EUR' }),
  }),
  visit: {},
  'gallery.photo_added': {},
  'photo.of_the_day': { capabilities: { exclusive: true } },
  cashback: { capabilities: { fixed: false, levels: false } },
  bonus: { label: 'A bonus', capabilities: { percent: false, actor: false } },
  shared: { capabilities: { basis: ['actor'] } },
};

/** One euro is worth three points. */
const rates = fixedRates({ base: 'EUR', rates: { points: '3' } });

/** A scope of a tenant at a moment; each call is like another process. */
export function openReferrals(
  database: Database,
  tenant: string,
  publish: (news: readonly News[]) => void = () => {},
) {
  const memory = createMemory();
  const ports = {
    ...{ catalog: catalog.spec, planOf, rates, triggers },
    ownSettings: triggerSettings(triggers, catalog.spec),
    proofs: [rewardProof],
  };
  return (moment = '2026-01-10T12:00:00Z') =>
    openTestScope(database, { tenant, memory, now: new Date(moment), ports, publish });
}

export type Fresh = () => Promise<{
  scope: Scope;
  at: (moment: string) => Promise<Scope>;
  news: News[];
}>;

let tenants = 0;

export function describeReferrals(
  name: string,
  suite: (fresh: Fresh) => void,
  engines?: readonly Engine[],
): void {
  describeMigrated(
    name,
    (make) => {
      let home: MigratedDatabase;
      beforeAll(async () => {
        home = await make();
      });
      suite(async () => {
        tenants += 1;
        const news: News[] = [];
        const at = openReferrals(home.database, `referrals${tenants}`, (said) => {
          news.push(...said);
        });
        return { at, news, scope: await at() };
      });
    },
    engines,
  );
}

/** Each stands below the one before. */
export async function chain(scope: Scope, ...customers: readonly string[]): Promise<void> {
  for (const [index, customer] of customers.slice(1).entries()) {
    const code = await giveCode(scope, { customer: customers[index] as string });
    await attach(scope, { customer, code });
  }
}

/** Switches a trigger on. */
export async function setTrigger(scope: Scope, alias: string, value: object): Promise<void> {
  await setSetting(scope, { key: `triggers.${alias}`, value: { enabled: true, ...value } });
}
