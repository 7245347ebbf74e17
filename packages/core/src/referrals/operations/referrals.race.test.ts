/** Many processes at once, and people who try it on: one sponsor, one reward per event, no ring, and no more than the cap. */
import { expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { migratedDatabase, silentLogger } from '#test/kernel.ts';
import { chain, openReferrals, setTrigger } from '#test/referrers.ts';
import { type Database, integer, openDatabase, type Scope, sql } from '../../kernel/index.ts';
import { readBalance, verify } from '../../ledger/index.ts';
import { attach } from './attach.ts';
import { giveCode } from './give-code.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

/** In waves of what the connections carry: who waits longer than may be waited is told so, and the machine may be slow. */
async function inWaves<T>(asked: readonly (() => Promise<T>)[], size = 32): Promise<T[]> {
  const done: T[] = [];
  for (let first = 0; first < asked.length; first += size)
    done.push(...(await Promise.all(asked.slice(first, first + size).map((ask) => ask()))));
  return done;
}

const points = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).settled;

describePostgres('racing referrals', () => {
  async function processes(count: number, work: (scopes: Scope[]) => Promise<void>): Promise<void> {
    const made = await migratedDatabase('postgres');
    const databases: Database[] = await Promise.all(
      times(count).map(() => openDatabase(made.url, { logger: silentLogger, connectionsMax: 8 })),
    );
    try {
      await work(await Promise.all(databases.map((one) => openReferrals(one, 'race')())));
    } finally {
      for (const database of databases) await database.close();
      await made.close();
    }
  }

  const counted = (scope: Scope, what: ReturnType<typeof sql>) =>
    scope.one(what, (row) => integer(row.count));

  test('forty who claim fifty codes each, all at once, have one sponsor each, and keep it', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      for (const index of times(50))
        await giveCode(scope, { customer: `s${index}`, code: `CODE${index}` });

      const claims = times(2_000).map((index) => () => {
        const customer = `c${index % 40}`;
        const code = `CODE${(index * 7 + Math.floor(index / 40)) % 50}`;
        return codeOf(attach(scopes[index % 4] as Scope, { customer, code }));
      });
      const outcomes = tally(await inWaves(claims));

      expect(Object.keys(outcomes).sort()).toEqual(['already_referred', 'done']);
      const links = sql`select count(*) from bursar.referrals`;
      const news = sql`select count(*) from bursar.outbox where type = 'referral.attached'`;
      expect([await counted(scope, links), await counted(scope, news)]).toEqual([40, 40]);
    });
  }, 120_000);

  test('fifty events that forty claim each, all at once, are rewarded once, up to the cap', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      await chain(scope, 'ann', 'bob');
      await setTrigger(scope, 'visit', {
        ...{ unit: 'points', actor: { fixed: 3 }, perDay: 120 },
        levels: [{ level: 1, fixed: 5 }],
      });

      const claims = times(2_000).map((index) => () => {
        const externalId = `v${index % 50}`;
        const fired = { alias: 'visit', customer: 'bob', externalId };
        return codeOf(trigger(scopes[index % 4] as Scope, fired));
      });
      const outcomes = tally(await inWaves(claims));

      expect(outcomes).toEqual({ done: 2_000 });
      expect([await points(scope, 'bob'), await points(scope, 'ann')]).toEqual([150, 120]);
      const events = sql`select count(*) from bursar.reward_events`;
      const news = sql`select count(*) from bursar.outbox where type = 'reward.paid'`;
      expect([await counted(scope, events), await counted(scope, news)]).toEqual([50, 74]);
      expect((await verify(scope)).ok).toBe(true);

      const back = times(400).map((index) => () => {
        const event = { alias: 'visit', externalId: `v${index % 50}` };
        return codeOf(reverseEvent(scopes[index % 4] as Scope, event));
      });
      expect(tally(await inWaves(back))).toEqual({ done: 400 });
      expect([await points(scope, 'bob'), await points(scope, 'ann')]).toEqual([0, 0]);
      expect((await verify(scope)).ok).toBe(true);
    });
  }, 120_000);

  test('thirty who each want to stand below the next, both ways, make a tree and no ring', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      for (const index of times(30))
        await giveCode(scope, { customer: `r${index}`, code: `RING${index}` });

      const claims = times(60).map((index) => () => {
        const step = index < 30 ? 1 : 29;
        return codeOf(
          attach(scopes[index % 4] as Scope, {
            customer: `r${index % 30}`,
            code: `RING${(index + step) % 30}`,
          }),
        );
      });
      const outcomes = tally(await inWaves(claims));

      expect(outcomes.done).toBe(29);
      expect(outcomes.self_referral).toBeUndefined();
      const links = sql`select count(*) from bursar.referrals`;
      expect(await counted(scope, links)).toBe(29);
    });
  }, 60_000);
});
