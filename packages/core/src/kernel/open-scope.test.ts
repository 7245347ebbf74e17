/** Scopes: cardinality, one transaction, and nothing said or remembered before its commit. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  describeMigrated,
  type MigratedDatabase,
  openTestScope,
  silentLogger,
} from '#test/kernel.ts';
import { integer, text } from './codec.ts';
import { createMemory, keep } from './memory.ts';
import type { News } from './news.ts';
import { openScope, sameLane } from './open-scope.ts';
import type { Scope } from './scope.ts';
import { sql } from './statement.ts';
import { ensureTenant, findTenant } from './tenants.ts';

const key = (row: Readonly<Record<string, unknown>>) => text(row.key);

describeMigrated('a scope', (make, engine) => {
  let made: MigratedDatabase;
  beforeAll(async () => {
    made = await make();
  });

  function addTenant(scope: Scope, name: string): Promise<void> {
    return scope.run(sql`insert into bursar.tenants (key) values (${name})`);
  }
  function tenantNamed(scope: Scope, name: string): Promise<string | null> {
    return scope.maybeOne(sql`select key from bursar.tenants where key = ${name}`, key);
  }

  test('reads many, one, maybe one, and says when there are more', async () => {
    const scope = await openTestScope(made.database);
    const two = sql`select generate_series(1, 2)::int as number`;
    const none = sql`select 1 as number where false`;
    const number = (row: Readonly<Record<string, unknown>>) => integer(row.number);

    expect(await scope.many(two, number)).toEqual([1, 2]);
    expect(await scope.maybeOne(none, number)).toBeNull();
    await expect(scope.maybeOne(two, number)).rejects.toThrow('At most one row');
    await expect(scope.one(none, number)).rejects.toThrow('One row was expected');
    await expect(scope.one(two, number)).rejects.toThrow('One row was expected');
  });

  test('speaks and remembers after commit, in order, and a nested transaction is the same one', async () => {
    const said: string[] = [];
    const memory = createMemory();
    const scope = await openTestScope(made.database, {
      memory,
      publish: (news) => said.push(...news.map((one) => one.type)),
    });

    const answer = await scope.transaction(async (outer) => {
      outer.queue(newsOf('first'));
      outer.remember('fact', 1);
      await outer.transaction(async (inner) => {
        await addTenant(inner, 'nested');
        inner.queue(newsOf('second'));
        expect(inner.recall('fact')).toBe(1);
      });
      expect([said, memory.size, outer.inTransaction]).toEqual([[], 0, true]);
      return 'done';
    });

    expect(answer).toBe('done');
    expect(said).toEqual(['first', 'second']);
    expect(scope.recall('fact')).toBe(1);
    expect(await tenantNamed(scope, 'nested')).toBe('nested');
  });

  test('says and remembers nothing of what was rolled back', async () => {
    const said: unknown[] = [];
    const scope = await openTestScope(made.database, { publish: (news) => said.push(...news) });

    const work = scope.transaction(async (inner) => {
      await addTenant(inner, 'never');
      inner.queue(newsOf('never'));
      inner.remember('fact', 'never');
      throw new Error('No.');
    });

    await expect(work).rejects.toThrow('No.');
    expect(said).toEqual([]);
    expect(scope.recall('fact')).toBeUndefined();
    expect(await tenantNamed(scope, 'never')).toBeNull();
  });

  test('outside a transaction speaks and remembers at once', async () => {
    const said: unknown[] = [];
    const scope = await openTestScope(made.database, { publish: (news) => said.push(...news) });

    scope.queue(newsOf('now'));
    scope.remember('fact', 5);

    expect(said).toHaveLength(1);
    expect(scope.recall('fact')).toBe(5);
  });

  test('tries a transaction again after a serialisation failure, and only the last try counts', async () => {
    const said: unknown[] = [];
    const scope = await openTestScope(made.database, { publish: (news) => said.push(...news) });
    let tries = 0;

    await scope.transaction(async (inner) => {
      tries += 1;
      inner.queue(newsOf('once'));
      if (tries < 3)
        await inner.run(sql`do $$ begin raise exception using errcode = '40001'; end $$`);
    });

    expect([tries, said.length]).toEqual([3, 1]);
  });

  test('gives up after eight tries', async () => {
    const scope = await openTestScope(made.database);
    let tries = 0;

    const work = scope.transaction(async (inner) => {
      tries += 1;
      await inner.run(sql`do $$ begin raise exception using errcode = '40P01'; end $$`);
    });

    await expect(work).rejects.toMatchObject({ code: 'database' });
    expect(tries).toBe(8);
  });

  test('of the host transaction knows what was committed but learns nothing, speaks at once and tries nothing again', async () => {
    const said: unknown[] = [];
    const memory = createMemory();
    keep(memory, 'known before', 2);
    let tries = 0;
    const work = made.database.transaction(async (lane) => {
      const scope = openScope({
        lane,
        tenant: await ensureTenant(lane, 'default'),
        now: new Date(),
        ports: {} as never,
        logger: silentLogger,
        memory,
        publish: (news) => said.push(...news),
      });
      await scope.transaction(async (inner) => {
        tries += 1;
        inner.remember('fact', 1);
        inner.queue(newsOf('held back by the caller'));
        expect([inner.recall('fact'), inner.recall('known before')]).toEqual([undefined, 2]);
        expect([inner.foreign, inner.inTransaction]).toEqual([true, true]);
        await inner.run(sql`do $$ begin raise exception using errcode = '40001'; end $$`);
      });
    });

    await expect(work).rejects.toMatchObject({ code: '40001' });
    expect([tries, said.length, memory.size]).toEqual([1, 1, 1]);
  });

  test('at another instant is on the same connection', async () => {
    const scope = await openTestScope(made.database, { actor: 'ann' });
    const later = new Date('2027-01-01T00:00:00Z');

    await scope.transaction(async (inner) => {
      await addTenant(inner, 'other instant');
      const changed = sameLane(inner, { now: later });
      expect(await tenantNamed(changed, 'other instant')).toBe('other instant');
      await changed.transaction(async (same) =>
        expect([same.now, same.actor]).toEqual([later, 'ann']),
      );
    });
    await sameLane(scope, { now: later, actor: null }).transaction(async (inner) => {
      expect([inner.now, inner.actor, inner.inTransaction]).toEqual([later, null, true]);
    });
  });

  test('a tenant has no row until a command names it, and one however many do', async () => {
    expect(await findTenant(made.database, 'new')).toEqual({ id: 0, key: 'new' });

    const tenants = await Promise.all(
      Array.from({ length: 10 }, () => ensureTenant(made.database, 'new')),
    );

    expect(new Set(tenants.map((tenant) => tenant.id)).size).toBe(1);
    expect(await findTenant(made.database, 'new')).toEqual(tenants[0]);
  });

  describe.runIf(engine === 'pglite')('on the embedded database', () => {
    test('refuses a statement past its transaction at once, and lets others wait for their turn', async () => {
      const scope = await openTestScope(made.database);
      let enter: () => void = () => {};
      const entered = new Promise<void>((resolve) => {
        enter = resolve;
      });

      const first = scope.transaction(async (inner) => {
        enter();
        await expect(tenantNamed(scope, 'x')).rejects.toMatchObject({ code: 'database' });
        await expect(scope.transaction(async () => {})).rejects.toMatchObject({ code: 'database' });
        await new Promise((resolve) => setTimeout(resolve, 50));
        await addTenant(inner, 'first');
      });
      await entered;
      const second = await tenantNamed(scope, 'first');

      await first;
      expect(second).toBe('first');
    });
  });
});

function newsOf(type: string): News {
  return {
    id: 'evt_1',
    type,
    tenant: 'default',
    customer: null,
    at: '2026-01-01T00:00:00.000Z',
    source: null,
    subject: { type: 'test', id: '1' },
    actor: null,
    data: {},
  };
}
