/** News and its cause: one fate. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, openTestScope } from '#test/kernel.ts';
import { document, type News, type Scope, sql, text } from '../kernel/index.ts';
import { announce, hasRow, news } from './outbox.ts';

const said = {
  ...{ type: 'hold.created', customer: 'ann', subject: { type: 'hold', id: 'hld_1' } },
  ...{ source: 'wallet.hold', data: { hold: 'hld_1', amount: 5, unit: 'points' } },
};

describeMigrated('the outbox', (make) => {
  let scope: Scope;
  const heard: News[] = [];
  beforeAll(async () => {
    const { database } = await make();
    const publish = (told: readonly News[]) => void heard.push(...told);
    scope = await openTestScope(database, { publish, actor: 'admin' });
  });

  function rows() {
    return scope.many(
      sql`select id, type, customer, actor, data from bursar.outbox order by position limit 10`,
      (row) => ({
        ...{
          id: text(row.id),
          type: text(row.type),
          customer: text(row.customer),
          actor: text(row.actor),
        },
        data: document(row.data),
      }),
    );
  }

  test('has nothing of a transaction that was rolled back, and nobody hears of it', async () => {
    const failing = scope.transaction(async (inner) => {
      await announce(inner, said);
      throw new Error('changed its mind');
    });

    await expect(failing).rejects.toThrow('changed its mind');
    expect(await rows()).toEqual([]);
    expect(heard).toEqual([]);
  });

  test('has the news of one that is committed, and only then is it heard', async () => {
    await scope.transaction(async (inner) => {
      await announce(inner, said);
      expect(heard).toEqual([]);
    });

    const { id } = heard[0] as News;
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({
      ...said,
      tenant: 'default',
      actor: 'admin',
      at: '2026-01-01T00:00:00.000Z',
    });
    expect(await rows()).toEqual([
      { id, type: 'hold.created', customer: 'ann', actor: 'admin', data: said.data },
    ]);
    expect(hasRow(heard[0] as News)).toBe(true);
  });

  test('has no row of news that was only made', async () => {
    expect(hasRow(news(scope, said))).toBe(false);
  });
});
