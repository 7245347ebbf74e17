/** Many processes sell the same family to one customer at once: exactly one of them does. */
import { expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { migratedDatabase, silentLogger } from '#test/kernel.ts';
import { openProcess } from '#test/subscriptions.ts';
import { type Database, integer, openDatabase, sql } from '../../kernel/index.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

const now = '2026-01-31T10:00:00.000Z';

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'made',
    (error: { code?: string; details?: { subscription?: string } }) =>
      `${error.code} ${error.details?.subscription ?? ''}`,
  );
}

describePostgres('racing to subscribe', () => {
  async function processes(
    count: number,
    work: (databases: Database[]) => Promise<void>,
  ): Promise<void> {
    const made = await migratedDatabase('postgres');
    const databases = await Promise.all(
      Array.from({ length: count }, () =>
        openDatabase(made.url, { logger: silentLogger, connectionsMax: 10 }),
      ),
    );
    try {
      await work(databases);
    } finally {
      for (const database of databases) await database.close();
      await made.close();
    }
  }

  test('fifty requests for one family from five processes: one wins, the others learn its id', async () => {
    await processes(5, async (databases) => {
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const process = openProcess(databases[index % 5] as Database, 'race');
          const plan = index % 2 === 0 ? 'basic' : 'pro';
          return codeOf(createSubscription(await process.at(now), { customer: 'ann', plan }));
        }),
      );

      const scope = await openProcess(databases[0] as Database, 'race').at(now);
      const [id] = await scope.many(sql`select id from bursar.subscriptions`, (row) =>
        String(row.id),
      );
      expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === `already_subscribed ${id}`)).toHaveLength(49);
      const rows = sql`
        select (select count(*) from bursar.subscriptions) as subscriptions, (select count(*) from bursar.customers) as customers,
               (select count(*) from bursar.outbox where type = 'subscription.created') as news`;
      expect(await scope.many(rows, (row) => Object.values(row).map(integer))).toEqual([[1, 1, 1]]);
    });
  });

  test('fifty requests under one key from five processes: one subscription, one answer', async () => {
    await processes(5, async (databases) => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const process = openProcess(databases[index % 5] as Database, 'race');
          return createSubscription(await process.at(now), {
            customer: 'ann',
            plan: 'pack',
            idempotencyKey: 'k',
          });
        }),
      );

      expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
      expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    });
  });

  test('a resume against the next sale: never both', async () => {
    await processes(2, async ([one, other]) => {
      const process = openProcess(one as Database, 'race');
      const rival = openProcess(other as Database, 'race');
      const endsAt = '2026-03-01T00:00:00Z';
      for (let round = 0; round < 10; round += 1) {
        const customer = `ann-${round}`;
        const { id } = await createSubscription(await process.at(now), { customer, plan: 'basic' });
        await cancelSubscription(await process.at(now), { customer, at: endsAt });

        const outcomes = await Promise.all([
          codeOf(resumeSubscription(await process.at(now), { customer, subscription: id })),
          codeOf(
            createSubscription(await rival.at(now), { customer, plan: 'pro', startsAt: endsAt }),
          ),
        ]);

        expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome.startsWith('already_subscribed'))).toHaveLength(
          1,
        );
      }
    });
  });
});
