/** From keys to what the code catalogue says of them, and to the ids of their rows. Ids never change, so they are remembered. */
import { integer, type Scope, type Statement, sql } from '../kernel/index.ts';
import { UnitUnknownError } from './errors.ts';
import { ensureCatalog } from './operations/ensure-catalog.ts';
import type { FeatureSpec, PlanSpec, UnitSpec } from './spec.ts';

/**
 * What the catalogue says of a unit.
 * @throws {UnitUnknownError} Nothing.
 */
export function unitOf(scope: Scope, key: string): UnitSpec {
  const { units } = scope.ports.catalog;
  const unit = Object.hasOwn(units, key) ? units[key] : undefined;
  if (!unit) throw new UnitUnknownError(key);
  return unit;
}

/** What the catalogue says of a feature, or `null`. */
export function featureOf(scope: Scope, key: string): FeatureSpec | null {
  const { features } = scope.ports.catalog;
  return (Object.hasOwn(features, key) ? features[key] : undefined) ?? null;
}

/** The plans a customer has without a row, one per family. */
export function defaultPlans(scope: Scope): PlanSpec[] {
  return Object.values(scope.ports.catalog.plans).filter((plan) => plan.default);
}

/** The row of a unit, or `null` while no command has used the tenant. */
export function findUnitId(scope: Scope, key: string): Promise<number | null> {
  const { id } = scope.tenant;
  return findId(
    scope,
    `unit/${key}`,
    sql`select id from bursar.units where (tenant_id, key) = (${id}::int, ${key}::text)`,
  );
}

/**
 * The row of a unit, made if need be.
 * @throws {UnitUnknownError} The catalogue does not have it.
 */
export async function unitIdOf(scope: Scope, key: string): Promise<number> {
  unitOf(scope, key);
  const found =
    (await findUnitId(scope, key)) ?? (await afterEnsuring(scope, () => findUnitId(scope, key)));
  if (found === null) throw new UnitUnknownError(key);
  return found;
}

/** The row of a feature, or `null`. */
export function findFeatureId(scope: Scope, key: string): Promise<number | null> {
  const { id } = scope.tenant;
  return findId(
    scope,
    `feature/${key}`,
    sql`select id from bursar.features where (tenant_id, key) = (${id}::int, ${key}::text)`,
  );
}

/**
 * The row of a feature; one that is not in the catalogue is made as a boolean feature of this tenant.
 * Callers check first whether that is wanted.
 */
export async function featureIdOf(scope: Scope, key: string): Promise<number> {
  const found =
    (await findFeatureId(scope, key)) ??
    (await afterEnsuring(scope, () => findFeatureId(scope, key)));
  if (found !== null) return found;
  await scope.run(sql`
    insert into bursar.features (tenant_id, key, kind, origin)
    values (${scope.tenant.id}::int, ${key}::text, 'boolean', 'runtime')
    on conflict (tenant_id, key) do nothing`);
  return (await findFeatureId(scope, key)) ?? 0;
}

async function afterEnsuring<T>(scope: Scope, find: () => Promise<T>): Promise<T> {
  await ensureCatalog(scope);
  return find();
}

async function findId(scope: Scope, memory: string, statement: Statement): Promise<number | null> {
  const known = scope.recall<number>(memory);
  if (known !== undefined) return known;
  const id = await scope.maybeOne(statement, (row) => integer(row.id));
  if (id !== null) scope.remember(memory, id);
  return id;
}
