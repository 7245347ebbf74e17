/**
 * Writing the code catalogue's rows for a tenant: what is missing is added, what has changed becomes the next version,
 * nothing is archived or taken away; what balances are counted in keeps its meaning.
 *
 * Done once per process and tenant. Races meet on unique keys and do nothing twice. A process with an older catalogue
 * never puts its version over a newer one: content that was a version before is not made one again.
 */
import { contentHash, json, type Scope, sql, text } from '../../kernel/index.ts';
import { CatalogError } from '../errors.ts';
import type { CatalogSpec } from '../spec.ts';
import { writeVersions } from './write-versions.ts';

/**
 * Makes sure the tenant has the rows of the code catalogue. Cheap once they are known to be there.
 * @throws {CatalogError} A unit's scale or a feature's kind is another than that of balances there are.
 */
export async function ensureCatalog(scope: Scope): Promise<void> {
  const { catalog } = scope.ports;
  const memory = `catalog/${hashOf(catalog)}`;
  if (scope.recall(memory) !== undefined) return;
  await scope.transaction(async (inner) => {
    await inner.run(
      sql`select pg_advisory_xact_lock(hashtextextended(${`bursar/catalog/${inner.tenant.id}`}::text, 0))`,
    );
    await writeUnits(inner, catalog);
    await refuseOtherMeaning(inner, catalog);
    await writeVersions(inner, 'plans', Object.values(catalog.plans));
    await writeVersions(inner, 'offers', Object.values(catalog.offers));
  });
  scope.remember(memory, true);
}

const hashes = new WeakMap<CatalogSpec, string>();

function hashOf(catalog: CatalogSpec): string {
  const known = hashes.get(catalog);
  if (known !== undefined) return known;
  const { units, features, plans, offers } = catalog;
  const hash = contentHash({
    ...{ units, plans, offers },
    features: Object.values(features).map(({ key, kind, title }) => ({ key, kind, title })),
  });
  hashes.set(catalog, hash);
  return hash;
}

async function writeUnits(scope: Scope, catalog: CatalogSpec): Promise<void> {
  const { units, features, plans, offers } = catalog;
  const tenant = scope.tenant.id;
  const families = [...new Set(Object.values(plans).flatMap((plan) => plan.family ?? []))];
  await scope.run(sql`
    with units as (
      insert into bursar.units (tenant_id, key, scale)
      select ${tenant}::int, key, scale from jsonb_to_recordset(${json(Object.values(units))}::text::jsonb) as one (key text, scale smallint)
      on conflict (tenant_id, key) do update set scale = excluded.scale
       where units.scale <> excluded.scale
         and not exists (select from bursar.balances as balance where (balance.tenant_id, balance.unit_id) = (units.tenant_id, units.id))
    ), features as (
      insert into bursar.features (tenant_id, key, kind, title)
      select ${tenant}::int, key, kind, title
        from jsonb_to_recordset(${json(Object.values(features).map(({ key, kind, title }) => ({ key, kind, title })))}::text::jsonb)
             as one (key text, kind text, title text)
      on conflict (tenant_id, key) do update set kind = excluded.kind, origin = 'code'
       where features.kind <> excluded.kind
         and not exists (
           select from bursar.balances as balance
             join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
            where (unit.tenant_id, unit.key) = (features.tenant_id, features.key))
    ), families as (
      insert into bursar.families (tenant_id, key)
      select ${tenant}::int, key from jsonb_array_elements_text(${json(families)}::text::jsonb) as key
      on conflict (tenant_id, key) do nothing
    ), offers as (
      insert into bursar.offers (tenant_id, key)
      select ${tenant}::int, key from jsonb_array_elements_text(${json(Object.keys(offers))}::text::jsonb) as key
      on conflict (tenant_id, key) do nothing
    )
    insert into bursar.plans (tenant_id, key)
    select ${tenant}::int, key from jsonb_array_elements_text(${json(Object.keys(plans))}::text::jsonb) as key
    on conflict (tenant_id, key) do nothing`);
}

/** What balances were counted in cannot mean something else from now on. */
async function refuseOtherMeaning(scope: Scope, { units, features }: CatalogSpec): Promise<void> {
  const faults = await scope.many(
    sql`
    select '/units/' || unit.key || '/scale' as pointer, unit.scale::text as stored
      from bursar.units as unit
      join jsonb_to_recordset(${json(Object.values(units))}::text::jsonb) as one (key text, scale smallint) on one.key = unit.key
     where unit.tenant_id = ${scope.tenant.id}::int and unit.scale <> one.scale
    union all
    select '/features/' || feature.key || '/kind', feature.kind
      from bursar.features as feature
      join jsonb_to_recordset(${json(Object.values(features).map(({ key, kind }) => ({ key, kind })))}::text::jsonb)
           as one (key text, kind text) on one.key = feature.key
     where feature.tenant_id = ${scope.tenant.id}::int and feature.kind <> one.kind
     order by pointer
     limit 100`,
    (row) => ({
      pointer: text(row.pointer),
      detail: `must stay ${text(row.stored)}: there are balances in it; another meaning needs another key`,
    }),
  );
  if (faults.length > 0) throw new CatalogError(faults);
}
