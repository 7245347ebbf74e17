/**
 * The code catalogue's rows: written once however many come at once, versions only added, meanings kept.
 */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { integer, type Scope, sql, text } from '../../kernel/index.ts';
import { credit } from '../../ledger/index.ts';
import { planOf } from '../../subscriptions/index.ts';
import { defineCatalog } from '../define-catalog.ts';
import {
  ensureCatalog,
  featureIdOf,
  findOffers,
  findUnitId,
  newestOffers,
  newestVersion,
  unitIdOf,
  versionById,
} from '../index.ts';
import type { Catalog } from '../spec.ts';

const withQuota = (quota: number) =>
  defineCatalog({
    units: { EUR: { scale: 2 } },
    features: { calls: { kind: 'metered' }, exports: { kind: 'boolean' } },
    plans: {
      pro: { period: 'P1M', features: { calls: { quota }, exports: true } },
      pack: { family: null, features: { calls: { quota: 5 } } },
    },
  });

let tenants = 0;

describeMigrated('writing the catalogue', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  /** As a process that has just started sees the tenant. */
  const booted = (tenant: string, catalog: Catalog): Promise<Scope> =>
    openTestScope(home.database, { tenant, ports: { catalog: catalog.spec, planOf } });
  const fresh = () => `catalog${++tenants}`;

  test('units, features, families and plans get their rows', async () => {
    const scope = await booted(fresh(), withQuota(10));

    await ensureCatalog(scope);

    expect(await rowsOf(scope)).toEqual([
      'EUR',
      'calls',
      'calls',
      'exports',
      'main',
      'pack',
      'pro',
    ]);
    expect(await newestVersion(scope, 'pro')).toMatchObject({
      ...{ planKey: 'pro', version: 1, familyId: expect.any(Number) },
      plan: withQuota(10).spec.plans.pro,
    });
    expect(await newestVersion(scope, 'pack')).toMatchObject({ version: 1, familyId: null });
    expect(await newestVersion(scope, 'toString')).toBeNull();
  });

  test('twelve processes that boot at once write it once', async () => {
    const tenant = fresh();
    const scopes: Scope[] = [];
    for (let index = 0; index < 12; index += 1) scopes.push(await booted(tenant, withQuota(10)));

    await Promise.all(scopes.map((scope) => ensureCatalog(scope)));

    expect(await versionsOf(scopes[0] as Scope)).toEqual([1]);
    expect(await rowsOf(scopes[0] as Scope)).toHaveLength(7);
  });

  test('a changed plan is the next version, and the sold one stays as it was', async () => {
    const tenant = fresh();
    const before = await booted(tenant, withQuota(10));
    await ensureCatalog(before);
    const sold = await newestVersion(before, 'pro');

    const after = await booted(tenant, withQuota(20));
    await ensureCatalog(after);

    expect(await newestVersion(after, 'pro')).toMatchObject({
      version: 2,
      plan: { features: { calls: { quota: 20 } } },
    });
    expect(await versionById(after, sold?.id ?? 0)).toEqual(sold);
    expect(await newestVersion(after, 'pack')).toMatchObject({ version: 1 });
  });

  test('a process that is older never writes over a newer version', async () => {
    const tenant = fresh();
    await ensureCatalog(await booted(tenant, withQuota(10)));
    await ensureCatalog(await booted(tenant, withQuota(20)));

    const older = await booted(tenant, withQuota(10));
    await ensureCatalog(older);

    expect(await versionsOf(older)).toEqual([1, 2]);
    expect(await newestVersion(older, 'pro')).toMatchObject({ version: 2 });
  });

  test('a version cannot be edited or taken away', async () => {
    const scope = await booted(fresh(), withQuota(10));
    await ensureCatalog(scope);

    await expect(
      scope.run(
        sql`update bursar.plan_versions set definition = '{}' where tenant_id = ${scope.tenant.id}::int`,
      ),
    ).rejects.toThrow();
    await expect(
      scope.run(sql`delete from bursar.plan_versions where tenant_id = ${scope.tenant.id}::int`),
    ).rejects.toThrow();
    expect(await versionsOf(scope)).toEqual([1]);
  });

  test('another tenant has rows of its own', async () => {
    const one = await booted(fresh(), withQuota(10));
    const other = await booted(fresh(), withQuota(10));
    await ensureCatalog(one);

    expect(await findUnitId(other, 'EUR')).toBeNull();
    await expect(
      versionById(other, (await newestVersion(one, 'pro'))?.id ?? 0),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await unitIdOf(other, 'EUR')).not.toBe(await unitIdOf(one, 'EUR'));
  });

  test('a unit that is nowhere is unknown, a feature that is nowhere becomes one of the tenant', async () => {
    const scope = await booted(fresh(), withQuota(10));

    await expect(unitIdOf(scope, 'toString')).rejects.toMatchObject({ code: 'unit_unknown' });
    expect(await featureIdOf(scope, 'sso')).toBe(await featureIdOf(scope, 'sso'));
  });

  test('before anybody has a balance, a unit’s scale and a feature’s kind may change', async () => {
    const tenant = fresh();
    await ensureCatalog(await booted(tenant, withQuota(10)));

    const scope = await booted(tenant, otherMeaning);
    await ensureCatalog(scope);

    expect(await meaningsOf(scope)).toEqual(['EUR 3', 'calls gauge']);
  });

  test('once there are balances they may not, and nothing of the new catalogue is written', async () => {
    const tenant = fresh();
    const before = await booted(tenant, withQuota(10));
    for (const unit of ['EUR', 'calls'])
      await credit(before, { customer: 'ann', unit, amount: 5, source: 'test' });

    const after = await booted(tenant, otherMeaning);

    await expect(ensureCatalog(after)).rejects.toMatchObject({
      code: 'catalog',
      errors: [{ pointer: '/features/calls/kind' }, { pointer: '/units/EUR/scale' }],
    });
    expect(await meaningsOf(after)).toEqual(['EUR 2', 'calls metered']);
    expect(await findUnitId(after, 'added')).toBeNull();
  });

  test('offers are kept in versions of their own, of which the newest is sold', async () => {
    const tenant = fresh();
    const [old, young] = [withOffers(500), withOffers(700)];
    const before = await booted(tenant, old);
    await ensureCatalog(before);
    const sold = await newestOffers(before, ['pack', 'gone']);

    const after = await booted(tenant, young);
    await ensureCatalog(after);
    await ensureCatalog(await booted(tenant, old));

    expect([...sold]).toEqual([
      ['pack', { id: expect.any(Number), version: 1, offer: old.spec.offers.pack }],
    ]);
    expect([...(await newestOffers(after, ['more', 'pack'])).values()]).toEqual([
      { id: expect.any(Number), version: 2, offer: young.spec.offers.pack },
      { id: expect.any(Number), version: 1, offer: young.spec.offers.more },
    ]);
  });

  test('offers are found by group, by what unlocks them and by tags, archived ones when asked', async () => {
    const scope = await booted(fresh(), withOffers(500));
    const found = (filters: Parameters<typeof findOffers>[1]) =>
      findOffers(scope, filters).map(({ key }) => key);

    expect(found({})).toEqual(['pack', 'more', 'most']);
    expect(found({ archived: true })).toEqual(['pack', 'more', 'most', 'old']);
    expect(found({ group: 'calls' })).toEqual(['pack']);
    expect(found({ unlockedBy: ['nope', 'calls'] })).toEqual(['more', 'most']);
    expect(found({ tags: ['a', 'b'] })).toEqual(['more', 'most']);
    expect(found({ tags: ['a', 'b'], match: 'all' })).toEqual(['most']);
    expect(found({ tags: [], unlockedBy: [] })).toEqual(['pack', 'more', 'most']);
    expect(findOffers(scope, { group: 'calls' })).toMatchObject([
      {
        ...{ hasDependentOffers: true, cycle: 'P1M' },
        price: [{ amount: 500, unit: 'EUR', formatted: '5.00' }],
        grants: [{ amount: 10, unit: 'calls', formatted: '10' }],
      },
    ]);
  });
});

const withOffers = (price: number) =>
  defineCatalog({
    units: { EUR: { scale: 2 } },
    features: { calls: { kind: 'metered' } },
    offers: {
      pack: { group: 'calls', price: { EUR: price }, cycle: 'monthly', grants: { calls: 10 } },
      more: { unlockedBy: ['calls'], tags: ['a'] },
      most: { unlockedBy: ['calls'], tags: ['a', 'b'] },
      old: { archived: true },
    },
  });

const otherMeaning = defineCatalog({
  units: { EUR: { scale: 3 }, added: {} },
  features: { calls: { kind: 'gauge' } },
});

async function rowsOf(scope: Scope): Promise<string[]> {
  const tenant = scope.tenant.id;
  const keys = await scope.many(
    sql`
    select key from bursar.units where tenant_id = ${tenant}::int
    union all select key from bursar.features where tenant_id = ${tenant}::int
    union all select key from bursar.families where tenant_id = ${tenant}::int
    union all select key from bursar.plans where tenant_id = ${tenant}::int
     order by key
     limit 100`,
    (row) => text(row.key),
  );
  return keys.sort();
}

function meaningsOf(scope: Scope): Promise<string[]> {
  return scope.many(
    sql`
    select unit.key || ' ' || coalesce(feature.kind, unit.scale::text) as meaning
      from bursar.units as unit
      left join bursar.features as feature on (feature.tenant_id, feature.key) = (unit.tenant_id, unit.key)
     where unit.tenant_id = ${scope.tenant.id}::int and unit.key in ('EUR', 'calls')
     order by unit.key collate "C"`,
    (row) => text(row.meaning),
  );
}

function versionsOf(scope: Scope): Promise<number[]> {
  return scope.many(
    sql`
    select version.version
      from bursar.plans as plan
      join bursar.plan_versions as version on (version.tenant_id, version.plan_id) = (plan.tenant_id, plan.id)
     where (plan.tenant_id, plan.key) = (${scope.tenant.id}::int, 'pro')
     order by version.version`,
    (row) => integer(row.version),
  );
}
