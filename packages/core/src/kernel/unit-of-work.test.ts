/**
 * A backend that is killed in the middle of a transaction, at every stage of it, on the driver as it is.
 *
 * With the driver's own `begin` these fail: what is left of the callback runs outside the transaction.
 */
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/kernel.ts';
import { integer, type Row } from './codec.ts';
import { openDatabase } from './database.ts';
import type { Database, Lane } from './lane.ts';
import { type Statement, sql } from './statement.ts';
import { guardedTransaction } from './unit-of-work.ts';

const lost = expect.objectContaining({ code: 'database' });

/**
 * The driver hands the error of a killed backend to whatever comes next on that client (3.4.9): a client that lives on
 * needs a second try. The pool throws such clients away, and gets one try only.
 */
async function secondTry<T>(work: () => Promise<T>): Promise<T> {
  return work().catch(work);
}

/** What runs transactions, and stays in use after one was killed. */
type Runner = Pick<Database, 'query' | 'transaction' | 'close'>;

const runners: Record<string, (url: string) => Promise<Runner>> = {
  'of the pool': (url) => openDatabase(url, { logger: silentLogger, connectionsMax: 2 }),
  // No pool that throws the client away: the guard alone stands between the callback and the next connection.
  'on one client that lives on': async (url) =>
    clientRunner(postgres(url, { max: 2, onnotice() {} })),
};

function clientRunner(client: postgres.Sql): Runner {
  return {
    query: (statement) => sendOver(client, statement),
    transaction: <T>(work: (lane: Lane) => Promise<T>) =>
      guardedTransaction<postgres.TransactionSql, T>({
        watch: { lost: false, onLost: null, patience: 0, until: 0 },
        begin: (guarded) => client.begin(guarded) as Promise<T>,
        send: sendOver,
        work,
      }),
    close: () => client.end({ timeout: 1 }),
  };
}

function sendOver(client: postgres.Sql | postgres.TransactionSql, { text, values }: Statement) {
  return client.unsafe(text, [...values] as never[]) as unknown as Promise<Row[]>;
}

for (const [name, open] of Object.entries(runners))
  describePostgres(`a transaction ${name} whose backend is killed`, (makeUrl) => {
    const pooled = name === 'of the pool';
    const inTheEnd = pooled ? <T>(work: () => Promise<T>) => work() : secondTry;
    let admin: postgres.Sql;
    let database: Runner;

    beforeAll(async () => {
      const url = await makeUrl();
      admin = postgres(url, { max: 1, onnotice: () => {} });
      database = await open(url);
      await admin`create table marks (stage text not null)`;
    });

    afterAll(async () => {
      await database.close();
      await admin.end();
    });

    async function kill(lane: Lane): Promise<void> {
      const [row] = await lane.query(sql`select pg_backend_pid() as pid`);
      const pid = integer(row?.pid);
      await admin`select pg_terminate_backend(${pid})`;
      for (let alive = true; alive; ) {
        alive = (await admin`select 1 from pg_stat_activity where pid = ${pid}`).length > 0;
      }
    }

    function mark(lane: Lane, stage: string) {
      return lane.query(sql`insert into marks (stage) values (${stage})`);
    }

    async function marksAfterwards(stage: string): Promise<number> {
      // Late statements would come on a new connection: give them the time to.
      await pause(100);
      await inTheEnd(() => database.transaction((lane) => mark(lane, 'afterwards')));
      await inTheEnd(() => database.query(sql`select 1`));
      const [row] = await admin`
      select count(*) filter (where stage = ${stage})::int as leaked,
             count(*) filter (where stage = 'afterwards')::int as afterwards from marks`;
      await admin`delete from marks`;
      expect(row?.afterwards).toBe(1);
      return row?.leaked as number;
    }

    const goOn = {
      'at once': async () => {},
      'after the driver has seen it': () => pause(50),
    };

    for (const [when, wait] of Object.entries(goOn)) {
      test(`before its first write, and going on ${when}, writes nothing`, async () => {
        const work = database.transaction(async (lane) => {
          await kill(lane);
          await wait();
          await mark(lane, 'leak');
          await mark(lane, 'leak');
        });

        await expect(work).rejects.toEqual(lost);
        expect(await marksAfterwards('leak')).toBe(0);
      });

      test(`between two writes, every failure swallowed, going on ${when}, writes nothing`, async () => {
        const work = database.transaction(async (lane) => {
          await mark(lane, 'leak');
          await kill(lane);
          await wait();
          for (let times = 0; times < 5; times += 1) {
            await mark(lane, 'leak').catch(() => {});
            await pause(10);
          }
          return 'committed?';
        });

        await expect(work).rejects.toEqual(lost);
        expect(await marksAfterwards('leak')).toBe(0);
      });

      test(`after its last write, returning ${when}, is no success`, async () => {
        const work = database.transaction(async (lane) => {
          await mark(lane, 'leak');
          await kill(lane);
          await wait();
          return 'committed?';
        });

        await expect(work).rejects.toEqual(lost);
        expect(await marksAfterwards('leak')).toBe(0);
      });

      test(`and that throws on its own account ${when} rolls nothing else back`, async () => {
        const work = database.transaction(async (lane) => {
          await mark(lane, 'leak');
          await kill(lane);
          await wait();
          throw new Error('The host changed its mind.');
        });

        await expect(work).rejects.toThrow();
        expect(await marksAfterwards('leak')).toBe(0);
      });
    }

    test('while a statement runs fails that statement and sends no other', async () => {
      const work = database.transaction(async (lane) => {
        const [row] = await lane.query(sql`select pg_backend_pid() as pid`);
        await mark(lane, 'leak');
        setTimeout(
          () => void admin`select pg_terminate_backend(${integer(row?.pid)})`.catch(() => {}),
          50,
        );
        await lane.query(sql`select pg_sleep(5)`).catch(() => {});
        await mark(lane, 'leak').catch(() => {});
      });

      await expect(work).rejects.toEqual(lost);
      expect(await marksAfterwards('leak')).toBe(0);
    });

    test('rejects although its callback never comes back', async () => {
      const work = database.transaction(async (lane) => {
        await kill(lane);
        await new Promise(() => {});
      });

      await expect(work).rejects.toEqual(lost);
      expect(await marksAfterwards('leak')).toBe(0);
    });

    test.runIf(pooled)(
      'forty times over, with others at work, leaves the pool as it was',
      async () => {
        const work = Array.from({ length: 40 }, (_, index) =>
          database.transaction(async (lane) => {
            await mark(lane, index % 2 ? 'kept' : 'leak');
            if (index % 2 === 0) await kill(lane);
            await mark(lane, index % 2 ? 'kept' : 'leak');
          }),
        );

        const ends = await Promise.allSettled(work);

        expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(20);
        const [row] = await admin`select count(*)::int as kept from marks where stage = 'kept'`;
        expect(row?.kept).toBe(40);
        expect(await marksAfterwards('leak')).toBe(0);
      },
    );

    test('by its own idle time-out is told apart from success', async () => {
      const work = database.transaction(async (lane) => {
        await mark(lane, 'leak');
        await lane.query(sql`set local idle_in_transaction_session_timeout = '50ms'`);
        await pause(200);
        await mark(lane, 'leak');
      });

      await expect(work).rejects.toEqual(lost);
      expect(await marksAfterwards('leak')).toBe(0);
    });

    test('a lane that outlives its transaction is refused', async () => {
      let kept: Lane | undefined;
      await database.transaction(async (lane) => {
        kept = lane;
      });

      await expect(kept?.query(sql`insert into marks (stage) values ('leak')`)).rejects.toThrow(
        'is over',
      );
      expect(await marksAfterwards('leak')).toBe(0);
    });

    test('a failed statement that was swallowed is no success either', async () => {
      const work = database.transaction(async (lane) => {
        await mark(lane, 'leak');
        await lane.query(sql`select 1 / 0 as nothing`).catch(() => {});
        return 'committed?';
      });

      await expect(work).rejects.toMatchObject({ code: '22012' });
      expect(await marksAfterwards('leak')).toBe(0);
    });
  });

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
