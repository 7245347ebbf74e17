/**
 * Hiding a subscription as if it had never been sold, bringing it back, and removing it for good.
 *
 * Balances follow in the same transaction. Entries and grants stay whatever happens: they are the books.
 */
import { audited } from '../../audit/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { at, NotFoundError, type Scope, sql } from '../../kernel/index.ts';
import { type Locked, lockSubscriptions, rebalanced } from '../change.ts';
import { refuseConflict } from '../conflicts.ts';
import { readText, refuseUnreadable } from '../input.ts';
import { findDeleted, findSubscription } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { newsOf, type Subscription, subscriptionOf } from '../subscription.ts';

export type DeleteSubscription = {
  customer: string;
  subscription: string;
  /** 1 to 500 characters; with one, it is kept in the audit. */
  reason?: string | undefined;
};

/**
 * Hides it everywhere: it gives nothing, is in no list and ends at no time. Announces `subscription.deleted`.
 *
 * @returns It as it stood.
 * @throws {NotFoundError} There is no such subscription of this customer.
 */
export async function deleteSubscription(
  scope: Scope,
  input: DeleteSubscription,
): Promise<Subscription> {
  return changeExistence(scope, 'delete', input, async (inner, { row, customer }) => {
    if (!row) throw new NotFoundError('subscription', input.subscription);
    await rebalanced(inner, { customer, items: row.items }, () => hide(inner, row, inner.now));
    return row;
  });
}

/**
 * Brings a deleted one back as it was, and announces `subscription.restored`. What was used stays used.
 *
 * @throws {NotFoundError} No such subscription of this customer was deleted.
 * @throws {AlreadySubscribedError} Another of its family has been made meanwhile.
 */
export async function restoreSubscription(
  scope: Scope,
  input: DeleteSubscription,
): Promise<Subscription> {
  return changeExistence(scope, 'restore', input, async (inner, { deleted, customer }) => {
    if (!deleted) throw new NotFoundError('deleted subscription', input.subscription);
    await refuseConflict(inner, deleted);
    await rebalanced(inner, { customer, items: deleted.items }, () => hide(inner, deleted, null));
    return deleted;
  });
}

/**
 * Removes it for good, deleted before or not, with what was announced of it. Its grants keep no name of it. Announces
 * `subscription.purged`.
 *
 * @throws {NotFoundError} There is no such subscription of this customer.
 */
export async function purgeSubscription(
  scope: Scope,
  input: DeleteSubscription,
): Promise<Subscription> {
  return changeExistence(scope, 'purge', input, async (inner, { row, deleted, customer }) => {
    const found = row ?? deleted;
    if (!found) throw new NotFoundError('subscription', input.subscription);
    if (row)
      await rebalanced(inner, { customer, items: row.items }, () => hide(inner, row, inner.now));
    await remove(inner, found);
    return found;
  });
}

type Found = Locked & {
  readonly row: SubscriptionRow | null;
  readonly deleted: SubscriptionRow | null;
};

const words = { delete: 'deleted', restore: 'restored', purge: 'purged' } as const;

function changeExistence(
  scope: Scope,
  verb: keyof typeof words,
  input: DeleteSubscription,
  work: (scope: Scope, found: Found) => Promise<SubscriptionRow>,
): Promise<Subscription> {
  refuseUnreadable(input, ['customer', 'subscription', 'reason']);
  const id = readText(input.subscription, '/subscription');
  readText(input.customer, '/customer');
  if (input.reason !== undefined) readText(input.reason, '/reason', 500);
  return audited(
    scope,
    input.reason,
    (scope) =>
      scope.transaction(async (inner) => {
        if (!(await findCustomer(inner, input.customer)))
          throw new NotFoundError('subscription', id);
        const locked = await lockSubscriptions(inner, input.customer);
        const own = (row: SubscriptionRow | null) =>
          row?.customerId === locked.customer.id ? row : null;
        const row = own(await findSubscription(inner, id, { lock: 'update' }));
        const deleted = row ? null : own(await findDeleted(inner, id));
        const changed = await work(inner, { ...locked, row, deleted });
        return tell(inner, changed, words[verb]);
      }),
    () => ({
      operation: `subscriptions.${verb}`,
      customer: input.customer,
      subject: { type: 'subscription', id },
      facts: {},
    }),
  );
}

async function tell(
  scope: Scope,
  row: SubscriptionRow,
  word: (typeof words)[keyof typeof words],
): Promise<Subscription> {
  const subscription = subscriptionOf(row, scope.now);
  await announce(scope, {
    type: `subscription.${word}`,
    customer: row.customer,
    subject: { type: 'subscription', id: row.id },
    data: newsOf(subscription),
  });
  return subscription;
}

/** What is hidden is not looked at; what comes back is looked at anew. */
function hide(scope: Scope, { id }: SubscriptionRow, deletedAt: Date | null): Promise<unknown> {
  return scope.run(sql`
    update bursar.subscriptions
       set deleted_at = ${at(deletedAt)}::text::timestamptz, due_at = '-infinity', revision = revision + 1,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);
}

async function remove(scope: Scope, { id, customerId }: SubscriptionRow): Promise<void> {
  const which = sql`(${scope.tenant.id}::int, ${id}::text)`;
  await scope.run(sql`
    update bursar.grants as g set reference = 'purged/' || g.id
      from bursar.balances as balance
     where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
       and starts_with(g.reference, ${id}::text || '/')`);
  await scope.run(
    sql`delete from bursar.lifecycle_marks where (tenant_id, subscription_id) = ${which}`,
  );
  await scope.run(
    sql`delete from bursar.subscription_terms where (tenant_id, subscription_id) = ${which}`,
  );
  await scope.run(
    sql`delete from bursar.subscription_items where (tenant_id, subscription_id) = ${which}`,
  );
  await scope.run(sql`delete from bursar.subscriptions where (tenant_id, id) = ${which}`);
}
