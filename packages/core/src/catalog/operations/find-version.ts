/** Versions of plans as they are stored: immutable, so once read they are remembered. */
import {
  document,
  integer,
  integerOrNull,
  NotFoundError,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import type { PlanSpec } from '../spec.ts';

export type PlanVersion = {
  readonly id: number;
  readonly planKey: string;
  readonly version: number;
  readonly plan: PlanSpec;
  /** The family's row; `null` for a plan that stacks. */
  readonly familyId: number | null;
};

/** The newest version of a plan, or `null` when there is no such plan in this tenant. */
export function newestVersion(scope: Scope, planKey: string): Promise<PlanVersion | null> {
  return scope.maybeOne(
    sql`
    select version.id, plan.key, version.version, version.definition, family.id as family_id
      from bursar.plans as plan
      join bursar.plan_versions as version on (version.tenant_id, version.plan_id) = (plan.tenant_id, plan.id)
      left join bursar.families as family on (family.tenant_id, family.key) = (plan.tenant_id, version.definition ->> 'family')
     where (plan.tenant_id, plan.key) = (${scope.tenant.id}::int, ${planKey}::text) and plan.archived_at is null
     order by version.version desc
     limit 1`,
    readVersion,
  );
}

/**
 * A version by its id.
 * @throws {NotFoundError} The tenant has none such.
 */
export async function versionById(scope: Scope, id: number): Promise<PlanVersion> {
  const memory = `version/${id}`;
  const known = scope.recall<PlanVersion>(memory);
  if (known) return known;
  const found = await scope.maybeOne(
    sql`
    select version.id, plan.key, version.version, version.definition, family.id as family_id
      from bursar.plan_versions as version
      join bursar.plans as plan on (plan.tenant_id, plan.id) = (version.tenant_id, version.plan_id)
      left join bursar.families as family on (family.tenant_id, family.key) = (plan.tenant_id, version.definition ->> 'family')
     where (version.tenant_id, version.id) = (${scope.tenant.id}::int, ${id}::int)`,
    readVersion,
  );
  if (!found) throw new NotFoundError('plan version', String(id));
  scope.remember(memory, found);
  return found;
}

function readVersion(row: Row): PlanVersion {
  return {
    id: integer(row.id),
    planKey: text(row.key),
    version: integer(row.version),
    plan: document<PlanSpec>(row.definition),
    familyId: integerOrNull(row.family_id),
  };
}
