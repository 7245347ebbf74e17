/** Clicks are of strangers, and are kept no longer than is set. */
import { addDuration, at, type Scope, sql, text } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';

/** Removes at most `limit` clicks that are older than the setting `referrals.clickRetention`. @returns How many. */
export async function forgetClicks(scope: Scope, limit: number): Promise<number> {
  const age = String(await getSetting(scope, 'referrals.clickRetention'));
  const until = addDuration(scope.now, age, -1, 'UTC');
  const gone = await scope.many(
    sql`
    delete from bursar.referral_clicks
     where (tenant_id, id) in (
       select tenant_id, id from bursar.referral_clicks
        where tenant_id = ${scope.tenant.id}::int and clicked_at < ${at(until)}::text::timestamptz
        order by clicked_at
        limit ${limit}::int)
    returning id`,
    (row) => text(row.id),
  );
  return gone.length;
}
