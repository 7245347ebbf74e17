/** Deleting, restoring and purging: hidden everywhere and giving nothing, back as it was, or gone while the books stay. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { listAudit } from '../../audit/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { type Database, type Scope, sql, text } from '../../kernel/index.ts';
import { readBalance, spend, verify } from '../../ledger/index.ts';
import { getSubscription, listSubscriptions, rightsAt } from '../index.ts';
import { createSubscription } from './create-subscription.ts';
import {
  deleteSubscription,
  purgeSubscription,
  restoreSubscription,
} from './delete-subscription.ts';

const now = '2026-01-31T10:00:00.000Z';
const ann = { customer: 'ann' } as const;

describeMigrated('what is deleted', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });

  /** Ann has used 300 of her 500 api-calls. */
  async function sold(): Promise<{ process: Process; scope: Scope; id: string }> {
    tenants += 1;
    const process = openProcess(database, `deleted-${tenants}`);
    const scope = await process.at(now);
    const { id } = await createSubscription(scope, { ...ann, plan: 'lifetime' });
    const use = { ...ann, unit: 'api-calls', amount: 300, source: 'test', request: null };
    await spend(scope, use);
    process.heard.length = 0;
    return { process, scope, id };
  }
  const own = async (scope: Scope) =>
    (await readBalance(scope, { ...ann, unit: 'api-calls' })).windows.map(({ granted, used }) => ({
      granted,
      used,
    }));
  const carried = async (scope: Scope) =>
    (await rightsAt(scope, await findCustomer(scope, 'ann'), scope.now)).items.map(
      ({ feature }) => feature,
    );

  test('gives nothing, is in no list and is not found; the default plan takes over', async () => {
    const { process, scope, id } = await sold();

    const deleted = await deleteSubscription(scope, { ...ann, subscription: id });

    expect(deleted).toMatchObject({ id, plan: 'lifetime', status: 'active' });
    expect(await carried(scope)).not.toContain('track-time');
    expect((await listSubscriptions(scope, ann)).items).toEqual([]);
    await expect(getSubscription(scope, { ...ann, subscription: id })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await own(scope)).toEqual([{ granted: 100, used: 0 }]);
    expect(process.types()).toEqual(['subscription.deleted']);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('comes back as it was, with what was used of it', async () => {
    const { process, scope, id } = await sold();
    const before = await getSubscription(scope, { ...ann, subscription: id });
    await deleteSubscription(scope, { ...ann, subscription: id });
    const later = await process.at('2026-06-01T00:00:00Z');

    await restoreSubscription(later, { ...ann, subscription: id });

    const { updatedAt: _, ...after } = await getSubscription(later, { ...ann, subscription: id });
    expect(before).toMatchObject(after);
    expect(await own(later)).toEqual([{ granted: 500, used: 300 }]);
    expect((await readBalance(later, { ...ann, unit: 'api-calls' })).available).toBe(200);
    expect(process.types()).toEqual(['subscription.deleted', 'subscription.restored']);
    expect((await verify(later)).broken).toEqual([]);
  });

  test('does not come back beside another of its family', async () => {
    const { scope, id } = await sold();
    await deleteSubscription(scope, { ...ann, subscription: id });
    await createSubscription(scope, { ...ann, plan: 'basic' });

    await expect(restoreSubscription(scope, { ...ann, subscription: id })).rejects.toMatchObject({
      code: 'already_subscribed',
    });
    expect(await own(scope)).toEqual([{ granted: 1_000, used: 0 }]);
  });

  test.each(['live', 'deleted'])(
    'a %s one is purged: its rows are gone, its grants keep no name of it, the books are right',
    async (how) => {
      const { process, scope, id } = await sold();
      if (how === 'deleted') await deleteSubscription(scope, { ...ann, subscription: id });

      await purgeSubscription(scope, { ...ann, subscription: id, reason: 'asked for' });

      const named = await scope.many(
        sql`
      select id from bursar.subscriptions where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)
      union all
      select subscription_id from bursar.subscription_items where (tenant_id, subscription_id) = (${scope.tenant.id}::int, ${id}::text)
      union all
      select reference from bursar.grants where tenant_id = ${scope.tenant.id}::int and reference like ${`${id}%`}::text`,
        (row) => text(row.id),
      );
      expect(named).toEqual([]);
      expect(process.types().at(-1)).toBe('subscription.purged');
      expect((await listAudit(scope, {})).items).toMatchObject([
        { operation: 'subscriptions.purge', reason: 'asked for', subject: { id } },
      ]);
      expect((await verify(scope)).broken).toEqual([]);
      await expect(restoreSubscription(scope, { ...ann, subscription: id })).rejects.toMatchObject({
        code: 'not_found',
      });
      expect((await createSubscription(scope, { ...ann, plan: 'lifetime', id })).id).toBe(id);
      expect((await readBalance(scope, { ...ann, unit: 'api-calls' })).available).toBe(500);
    },
  );

  test('is refused for what is another customer’s, unknown, or not deleted', async () => {
    const { scope, id } = await sold();
    await createSubscription(scope, { customer: 'bob', plan: 'basic' });

    for (const [act, input] of [
      [deleteSubscription, { customer: 'bob', subscription: id }],
      [purgeSubscription, { customer: 'bob', subscription: id }],
      [deleteSubscription, { ...ann, subscription: 'sub_nobody' }],
      [deleteSubscription, { customer: 'eve', subscription: id }],
      [restoreSubscription, { ...ann, subscription: id }],
    ] as const)
      await expect(act(scope, input)).rejects.toMatchObject({ code: 'not_found' });

    expect(await own(scope)).toEqual([{ granted: 500, used: 300 }]);
  });
});
