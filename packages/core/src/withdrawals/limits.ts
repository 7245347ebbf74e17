/** What the settings let one customer withdraw, asked under the customer's lock so that no two pass a limit together. */
import { at, integer, type Scope, sql } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { BelowMinimumError, WithdrawalLimitError, WithdrawalsDisabledError } from './errors.ts';

const dayMilliseconds = 86_400_000;

/**
 * Refuses what is not to be withdrawn. A limit is in the smallest part of the wallet's unit; reaching it exactly is allowed.
 * @throws {WithdrawalsDisabledError} Nothing is. @throws {BelowMinimumError} Too little. @throws {WithdrawalLimitError} Too much.
 */
export async function refuseOutside(
  scope: Scope,
  { customerId, amount, unit }: { customerId: number; amount: number; unit: string },
): Promise<void> {
  if (!(await getSetting(scope, 'withdrawals.enabled'))) throw new WithdrawalsDisabledError();
  const minimum = Number(await getSetting(scope, 'withdrawals.minAmount'));
  if (amount < minimum) throw new BelowMinimumError({ amount, minimum, unit });
  const maximum = await limitOf(scope, 'withdrawals.maxAmount');
  if (amount > maximum)
    throw new WithdrawalLimitError({ amount, unit, limit: maximum, per: 'withdrawal', asked: 0 });
  const cap = await limitOf(scope, 'withdrawals.dailyCap');
  if (cap === Number.POSITIVE_INFINITY) return;
  const asked = await askedWithinADay(scope, { customerId, unit });
  if (asked + amount > cap)
    throw new WithdrawalLimitError({ amount, unit, limit: cap, per: 'day', asked });
}

/** What came to nothing does not count. */
function askedWithinADay(
  scope: Scope,
  { customerId, unit }: { customerId: number; unit: string },
): Promise<number> {
  const since = new Date(scope.now.getTime() - dayMilliseconds);
  return scope.one(
    sql`
    select coalesce(sum(amount), 0)::bigint as asked from bursar.withdrawals
     where (tenant_id, customer_id, unit) = (${scope.tenant.id}::int, ${customerId}::bigint, ${unit}::text)
       and created_at > ${at(since)}::text::timestamptz and status not in ('rejected', 'canceled', 'failed')`,
    (row) => integer(row.asked),
  );
}

/** A setting that is a limit, or `null` for none. */
async function limitOf(scope: Scope, key: string): Promise<number> {
  const limit = await getSetting(scope, key);
  return limit === null ? Number.POSITIVE_INFINITY : Number(limit);
}
