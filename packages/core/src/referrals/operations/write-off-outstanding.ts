/** Stopping to ask for what a reversal could not take. No money moves. */
import { audited } from '../../audit/index.ts';
import { answerOnce } from '../../customers/index.ts';
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { announceRecovery, getReversal, lockReversal } from '../outstanding.ts';
import { type Reward, type RewardEvent, shownEvent } from '../reward-rows.ts';

export type WriteOffOutstanding = {
  /** The reversal, not the event that it reverses. */
  readonly reversal: string;
  /** Left out: of all whom it left something to give back. */
  readonly customer?: string | undefined;
  /** Kept in the audit. */
  readonly reason: string;
  /** The same again writes nothing off, and answers with what was the first time. */
  readonly idempotencyKey?: string | undefined;
};

/** The reversal as it is by now. */
export type WrittenOff = RewardEvent & {
  readonly rewards: readonly Reward[];
  /** What nobody asks for any more, of all together, in the unit of its rewards. */
  readonly writtenOff: number;
  readonly replayed: boolean;
};

/**
 * Writes off all that is still outstanding and announces `reward_event.written_off`; where there is nothing it does nothing.
 *
 * @throws {NotFoundError} There is no such reversal. @throws {IdempotencyConflictError} The key wrote off something else.
 */
export async function writeOffOutstanding(
  scope: Scope,
  input: WriteOffOutstanding,
): Promise<WrittenOff> {
  const { idempotencyKey: key, reason, ...request } = input;
  const { answer, replayed } = await audited(
    scope,
    reason,
    (outer) =>
      answerOnce(outer, { verb: 'referrals.writeOff', customerId: 0, key, request }, (inner) =>
        writeOff(inner, request),
      ),
    ({ answer, replayed }) =>
      replayed || answer.writtenOff === 0
        ? null
        : {
            ...{ operation: 'referrals.writeOff', customer: input.customer ?? answer.customer },
            subject: { type: 'reward_event', id: input.reversal },
            facts: { writtenOff: answer.writtenOff, unit: answer.unit },
          },
  );
  const reversal = await shownEvent(scope, await getReversal(scope, input.reversal));
  return { ...reversal, writtenOff: answer.writtenOff, replayed };
}

async function writeOff(scope: Scope, input: Omit<WriteOffOutstanding, 'reason'>) {
  const { reversal, customer = null } = input;
  const event = await lockReversal(scope, reversal);
  const off = await scope.many(
    sql`
    update bursar.rewards as reward
       set outstanding = 0, written_off = reward.written_off + before.outstanding
      from bursar.rewards as before
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (before.tenant_id, before.customer_id)
     where (before.tenant_id, before.event_id) = (${scope.tenant.id}::int, ${reversal}::text) and before.outstanding > 0
       and (${customer}::text is null or customer.external_id = ${customer}::text)
       and (reward.tenant_id, reward.id) = (before.tenant_id, before.id)
    returning before.outstanding`,
    (row) => integer(row.outstanding),
  );
  const writtenOff = off.reduce((sum, one) => sum + one, 0);
  if (writtenOff > 0)
    await announceRecovery(scope, 'reward_event.written_off', reversal, writtenOff);
  return { writtenOff, unit: event.unit ?? '', customer: event.customer };
}
