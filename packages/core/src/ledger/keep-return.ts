/** How much of an entry came back so far: kept beside it, so that no sum of returns exceeds it. */
import { integer, type Scope, sql } from '../kernel/index.ts';

type Place = { readonly balanceId: number; readonly sequence: number };

/** Adds to what came back of an entry. Needs its balance's lock. */
export async function keepReturn(
  scope: Scope,
  { balanceId, sequence, units, reversed }: Place & { units: number; reversed: boolean },
): Promise<void> {
  await scope.run(sql`
    insert into bursar.returns (tenant_id, balance_id, sequence, units, reversed)
    values (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint, ${units}::bigint, ${reversed}::boolean)
    on conflict (tenant_id, balance_id, sequence) do update
       set units = returns.units + excluded.units, reversed = returns.reversed or excluded.reversed`);
}

/** What came back of an entry so far. */
export async function returnedOf(scope: Scope, { balanceId, sequence }: Place): Promise<number> {
  const units = await scope.maybeOne(
    sql`
    select units from bursar.returns
     where (tenant_id, balance_id, sequence) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint)`,
    (row) => integer(row.units),
  );
  return units ?? 0;
}
