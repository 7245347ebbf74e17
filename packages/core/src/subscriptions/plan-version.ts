/** The edition of a plan that is sold. */
import { newestVersion, type PlanVersion, versionById } from '../catalog/index.ts';
import { integer, type Scope, sql } from '../kernel/index.ts';
import { PlanUnknownError } from './errors.ts';

/**
 * The version of that number; `null` is the newest.
 * @throws {PlanUnknownError} No such plan or version.
 */
export async function findVersion(
  scope: Scope,
  plan: string,
  version: number | null,
): Promise<PlanVersion> {
  const found =
    version === null ? await newestVersion(scope, plan) : await numbered(scope, plan, version);
  if (!found) throw new PlanUnknownError(plan, version ?? undefined);
  return found;
}

async function numbered(scope: Scope, plan: string, version: number): Promise<PlanVersion | null> {
  const id = await scope.maybeOne(
    sql`
    select version.id
      from bursar.plans as plan
      join bursar.plan_versions as version on (version.tenant_id, version.plan_id) = (plan.tenant_id, plan.id)
     where plan.tenant_id = ${scope.tenant.id}::int and plan.key = ${plan}::text
       and version.version = ${version}::bigint`,
    (row) => integer(row.id),
  );
  return id === null ? null : versionById(scope, id);
}
