/**
 * Giving somebody new its sponsor: by the first code that came with it, or none at all.
 *
 * Nobody is below somebody who is just being made, so it cannot come to stand above itself, and need not wait for those who
 * attach each other.
 */
import { announce } from '../../events/index.ts';
import { at, flag, type Scope, sql } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { findCodeOwner } from '../code-owner.ts';
import { codeOf, readClick } from '../link.ts';
import { linkSettings } from '../link-settings.ts';

export type Newcomer = {
  readonly customer: string;
  readonly id: number;
  /** What the host passes, such as the state of a login. Then what the request says, then its cookie. */
  readonly code: string | undefined;
};

/**
 * Attaches the customer, whose row this transaction made, and announces `referral.attached`. The first code that is present
 * decides: one that nobody has, or that is too old, gives no sponsor, no error and no event.
 */
export async function sponsorNewcomer(
  scope: Scope,
  { customer, id, code }: Newcomer,
): Promise<void> {
  const origin = scope.origin?.();
  const own = origin?.customer === customer ? origin : undefined;
  const said = [code, own?.code].find((one) => one !== undefined && one.trim() !== '');
  if (said === undefined && !own) return;
  if ((await getSetting(scope, 'referrals.enabled')) !== true) return;
  const wanted = said === undefined ? await clickedOf(scope, own?.cookie) : codeOf(said);
  const owner = wanted && (await findCodeOwner(scope, wanted));
  if (!owner || owner.id === id || !(await isThere(scope, owner.id))) return;
  await scope.run(sql`
    insert into bursar.referrals (tenant_id, customer_id, sponsor_id, attached_at)
    values (${scope.tenant.id}::int, ${id}::bigint, ${owner.id}::bigint, ${at(scope.now)}::text::timestamptz)`);
  await announce(scope, {
    ...{ type: 'referral.attached', customer, subject: { type: 'customer', id: customer } },
    data: { customer, sponsor: owner.customer },
  });
}

async function clickedOf(
  scope: Scope,
  cookie: ((name: string) => string | undefined) | undefined,
): Promise<string | null> {
  const settings = cookie && (await linkSettings(scope));
  if (!settings) return null;
  return readClick(scope, cookie(settings.cookie), settings.ttlDays)?.code ?? null;
}

/** Until this transaction is over it cannot be erased. */
async function isThere(scope: Scope, sponsorId: number): Promise<boolean> {
  const found = await scope.maybeOne(
    sql`
    select erased_at is null as living from bursar.customers
     where (tenant_id, id) = (${scope.tenant.id}::int, ${sponsorId}::bigint)
       for share`,
    (row) => flag(row.living),
  );
  return found === true;
}
