/** Who may decide about a withdrawal, and when: nobody who gains by it, and not before its details are known long enough. */
import { flag, type Scope, sql } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { CoolingOffError, SelfApprovalError } from './errors.ts';
import type { WithdrawalRow } from './rows.ts';

/**
 * Refuses whoever acts for being the customer, having asked for it, or having credited the customer by hand with more of one
 * unit than the setting `withdrawals.manualCreditLimit` lets. The host's own code, which names nobody, is trusted.
 * @throws {SelfApprovalError} Somebody else must decide.
 */
export async function refuseInterested(scope: Scope, row: WithdrawalRow): Promise<void> {
  const actor = scope.actor?.slice(0, 255);
  if (!actor) return;
  if (actor === row.customer) throw new SelfApprovalError(row.id, 'customer');
  if (actor === row.steps[0]?.by) throw new SelfApprovalError(row.id, 'requester');
  if (await hasCredited(scope, actor, row)) throw new SelfApprovalError(row.id, 'creditor');
}

/** Of one unit in sum, so that many small credits are one large one; of any unit, for one is exchanged into another. */
async function hasCredited(scope: Scope, actor: string, row: WithdrawalRow): Promise<boolean> {
  const limit = Number(await getSetting(scope, 'withdrawals.manualCreditLimit'));
  const credited = await scope.maybeOne(
    sql`
    select true as is_so
      from bursar.audit as line
      join bursar.parties as acting on (acting.tenant_id, acting.id) = (line.tenant_id, line.actor_id)
     where (line.tenant_id, line.customer_id) = (${scope.tenant.id}::int, ${row.customerId}::bigint)
       and acting.external_id = ${actor}::text and acting.kind = 'actor'
       and line.operation in ('wallet.credit', 'wallet.adjust')
     group by line.subject_id
    having sum(greatest(0, coalesce(line.facts->>'amount', line.facts->>'difference')::numeric)) > ${limit}::bigint
     limit 1`,
    (found) => flag(found.is_so),
  );
  return credited ?? false;
}

/** @throws {CoolingOffError} Where the money is to go was named too lately. */
export function refuseEarly(scope: Scope, { id, payableFrom }: WithdrawalRow): void {
  if (payableFrom > scope.now) throw new CoolingOffError(id, payableFrom);
}
