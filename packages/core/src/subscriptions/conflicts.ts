/**
 * One subscription of a family per customer at a time.
 *
 * Asked under the customer's lock, before anything is written; the exclusion constraint is the net beneath.
 */
import { at, FOREVER, type Scope, sql, text } from '../kernel/index.ts';
import { AlreadySubscribedError } from './errors.ts';

/** The time a subscription takes in its family. */
export type Claim = {
  readonly customerId: number;
  readonly customer: string;
  readonly family: string | null;
  readonly familyId: number | null;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  /** The subscription that claims it, if it exists already. */
  readonly id?: string | undefined;
};

/**
 * Makes sure that no other subscription of the family runs in that time. One that never runs is in nobody's way.
 * @throws {AlreadySubscribedError} Another does; nothing was written.
 */
export async function refuseConflict(scope: Scope, claim: Claim): Promise<void> {
  if (claim.familyId === null || (claim.endsAt !== null && claim.endsAt <= claim.startsAt)) return;
  const other = await scope.maybeOne(
    sql`
    select subscription.id
      from bursar.subscriptions as subscription
     where (subscription.tenant_id, subscription.customer_id) = (${scope.tenant.id}::int, ${claim.customerId}::bigint)
       and subscription.family_id = ${claim.familyId}::int and subscription.deleted_at is null
       and coalesce(subscription.ends_at, 'infinity') > subscription.starts_at
       and subscription.starts_at < ${at(claim.endsAt ?? FOREVER)}::text::timestamptz
       and coalesce(subscription.ends_at, 'infinity') > ${at(claim.startsAt)}::text::timestamptz
       and subscription.id <> ${claim.id ?? ''}::text
     order by subscription.starts_at, subscription.id
     limit 1`,
    (row) => text(row.id),
  );
  if (other !== null) throw alreadySubscribed(claim, other);
}

/** The refusal, naming the subscription in the way. */
export function alreadySubscribed(
  claim: Claim,
  subscription: string | null,
): AlreadySubscribedError {
  return new AlreadySubscribedError({
    customer: claim.customer,
    family: claim.family ?? '',
    subscription,
  });
}
