/** Who stands above somebody and may be rewarded. */
import { integer, json, type Scope, sql, text } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { sponsorsOf } from './chain.ts';

/** The sponsors by level, as far up as is wanted and the settings allow; of a level that nobody has, none. */
export async function uplineOf(
  scope: Scope,
  customerId: number,
  wanted: readonly { readonly level: number }[],
): Promise<ReadonlyMap<number, string>> {
  if (wanted.length === 0 || (await getSetting(scope, 'referrals.enabled')) !== true)
    return new Map();
  const most = Number(await getSetting(scope, 'referrals.maxLevels'));
  const levels = Math.min(most, Math.max(...wanted.map(({ level }) => level)));
  const ids = await sponsorsOf(scope, customerId, levels);
  const names = await scope.many(
    sql`
    select id, external_id from bursar.customers
     where tenant_id = ${scope.tenant.id}::int and id in (
       select value::bigint from jsonb_array_elements_text(${json(ids)}::text::jsonb) as one (value))`,
    (row) => [integer(row.id), text(row.external_id)] as const,
  );
  const byId = new Map(names);
  return new Map(ids.map((id, index) => [index + 1, byId.get(id) as string]));
}
