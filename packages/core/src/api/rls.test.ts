/**
 * `rls: true`: what a statement forgets of its tenant PostgreSQL remembers, on every connection, alone and in batches, and who
 * is not bound by it is refused.
 */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { type WalledDatabase, walledDatabase } from '#test/walled.ts';
import { createBursar } from '../bursar.ts';
import { openDatabase, type QueryClient, sql } from '../kernel/index.ts';

let place: WalledDatabase;
beforeAll(async () => {
  place = await walledDatabase();
});
afterAll(() => place.drop());

function kitOf(options: object = {}) {
  const { url: database, ownerUrl: directUrl } = place;
  return createBursar({
    catalog,
    logger: silentLogger,
    rls: true,
    database,
    directUrl,
    ...options,
  });
}

/** What a statement that names no tenant sees of the tables, through the kit's own transaction. */
const seen = `select distinct tenant.key as key from bursar.balances as balance
                join bursar.tenants as tenant on tenant.id = balance.tenant_id order by 1`;

describe('behind the wall', () => {
  let bursar: ReturnType<typeof kitOf>;
  beforeAll(async () => {
    bursar = kitOf();
    await bursar.ready();
    for (const key of ['one', 'two', 'three']) {
      await bursar.tenant(key).wallet.credit({ customer: 'ann', unit: 'points', amount: 500 });
      await bursar.tenant(key).consume({ customer: 'ann', feature: 'api-calls' });
    }
  });
  afterAll(() => bursar.close());

  const seenFrom = (kit: { transaction: typeof bursar.transaction }, text = seen) =>
    kit.transaction(async (_, tx) => (await (tx as QueryClient).query(text)).rows);

  test('a statement that forgets its tenant sees nobody else’s rows, and changes none', async () => {
    const own = kitOf({ tenant: 'one' });
    const before = await place.ask(
      place.ownerUrl,
      'select sum(settled)::int as all from bursar.balances',
    );

    expect(await seenFrom(own)).toEqual([{ key: 'one' }]);
    const [changed] = await seenFrom(
      own,
      `with changed as (update bursar.balances set settled = settled where true returning tenant_id)
       select count(distinct tenant_id)::int as tenants from changed`,
    );
    expect(changed).toEqual({ tenants: 1 });
    const writing = seenFrom(
      own,
      `insert into bursar.units (tenant_id, key) select id, 'forged' from bursar.tenants where key = 'two'`,
    );
    await expect(writing).rejects.toMatchObject({ code: '42501' });
    await own.close();

    expect(
      await place.ask(place.ownerUrl, 'select sum(settled)::int as all from bursar.balances'),
    ).toEqual(before);
  });

  test('spends of several tenants that share a statement are each booked in their own', async () => {
    const keys = ['one', 'two', 'three'];
    const spends = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        bursar
          .tenant(keys[index % 3] ?? '')
          .consume({ customer: 'ann', feature: 'api-calls', idempotencyKey: `batch ${index}` }),
      ),
    );

    expect(spends.every(({ allowed }) => allowed)).toBe(true);
    for (const key of keys) {
      const { used } = await bursar.tenant(key).check({ customer: 'ann', feature: 'api-calls' });
      expect(used).toBe(21);
    }
  });

  test('a connection that goes from tenant to tenant never shows the one before', async () => {
    const database = await openDatabase(place.url, {
      ...{ logger: silentLogger, walled: true, connectionsMax: 2 },
    });
    const tenants = await database.query(sql`select id, key from bursar.tenants order by key`);
    const whose = sql`select distinct tenant_id as id from bursar.balances`;

    const looks = await Promise.all(
      Array.from({ length: 90 }, async (_, index) => {
        const { id } = tenants[index % tenants.length] ?? {};
        const view = database.within?.(Number(id)) ?? database;
        const rows =
          index % 2 === 0
            ? await view.query(whose)
            : await view.transaction((lane) => lane.query(whose));
        const nobodys = await database.query(whose);
        return { asked: [{ id }], rows, nobodys };
      }),
    );
    await database.close();

    for (const { asked, rows, nobodys } of looks) {
      expect(rows).toEqual(asked);
      expect(nobodys).toEqual([]);
    }
  });

  test('after a failed statement the connection still knows whose it is', async () => {
    const database = await openDatabase(place.url, {
      ...{ logger: silentLogger, walled: true, connectionsMax: 1 },
    });
    const [one, , two] = await database.query(sql`select id from bursar.tenants order by key`);
    const whose = sql`select distinct tenant_id as id from bursar.balances`;
    const [first, second] = [one, two].map((row) => database.within?.(Number(row?.id)));

    await first?.query(whose);
    await expect(second?.query(sql`select 1 / 0 as nothing`)).rejects.toMatchObject({
      code: '22012',
    });
    expect(await second?.query(whose)).toEqual([two]);
    const failing = second?.transaction(async (lane) => {
      await lane.query({ ...whose, tenants: [Number(one?.id)] });
      throw new Error('The work fails.');
    });
    await expect(failing).rejects.toThrow('The work fails.');
    expect(await second?.query(whose)).toEqual([two]);
    expect(await first?.query(whose)).toEqual([one]);
    await database.close();
  });

  test('without prepared statements, as behind a pooler, nothing of it stays on a connection', async () => {
    const pooled = await openDatabase(place.url, {
      ...{ logger: silentLogger, walled: true, connectionsMax: 1, prepare: false },
    });
    const [one] = await pooled.query(sql`select id from bursar.tenants order by key`);

    const rows = await pooled
      .within?.(Number(one?.id))
      .query(
        sql`select distinct tenant_id as id, current_setting('bursar.tenants') as named from bursar.balances`,
      );
    const [after] = await pooled.query(
      sql`select current_setting('bursar.tenants') as named, count(*)::int as balances from bursar.balances`,
    );
    await pooled.close();

    expect(rows).toEqual([{ id: one?.id, named: `{${one?.id}}` }]);
    expect(after).toEqual({ named: '{}', balances: 0 });
  });

  test('in the host’s transaction of a bound role each verb sees its tenant, also after a savepoint was undone', async () => {
    const host = postgres(place.url, { max: 1, onnotice: () => {} });
    await host.begin(async (tx) => {
      const [one, two] = ['one', 'two'].map((key) => bursar.tenant(key).using(tx));
      await tx
        .savepoint(async (inner) => {
          await bursar
            .tenant('two')
            .using(inner)
            .consume({ customer: 'ann', feature: 'api-calls' });
          throw new Error('Undone.');
        })
        .catch(() => {});
      const answers = await Promise.all([
        one?.consume({ customer: 'ann', feature: 'api-calls' }),
        two?.consume({ customer: 'ann', feature: 'api-calls' }),
        one?.consume({ customer: 'ann', feature: 'api-calls' }),
      ]);
      expect(answers.map((answer) => answer?.used)).toEqual([22, 22, 23]);
      expect(await tx.unsafe(seen)).toEqual([{ key: 'one' }]);
    });
    const [{ named } = { named: null }] =
      await host`select current_setting('bursar.tenants', true) as named`;
    await host.end();

    expect(named || '').toBe('');
    expect((await bursar.tenant('two').check({ customer: 'ann', feature: 'api-calls' })).used).toBe(
      22,
    );
  });
});
