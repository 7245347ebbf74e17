/**
 * Taking later what a reversal could not take: what there is by now, never more than is outstanding.
 *
 * Customers, the reversal's row and balances are locked as for the reversal itself. What is taken refers to the reversal.
 */
import { audited } from '../../audit/index.ts';
import { answerOnce } from '../../customers/index.ts';
import { json, type Scope, sql } from '../../kernel/index.ts';
import { clawBack } from '../../ledger/index.ts';
import { lockEvent } from '../lock-event.ts';
import { announceRecovery, getReversal, reversalNamed } from '../outstanding.ts';
import { type Reward, type RewardEvent, type RewardRow, shownEvent } from '../reward-rows.ts';

export type CollectOutstanding = {
  /** The reversal, not the event that it reverses. */
  readonly reversal: string;
  /** Left out: of all whom it left something to give back. */
  readonly customer?: string | undefined;
  /** The same again takes nothing, and answers with what was taken the first time. */
  readonly idempotencyKey?: string | undefined;
  readonly reason?: string | undefined;
};

/** The reversal as it is by now. */
export type Collected = RewardEvent & {
  readonly rewards: readonly Reward[];
  /** What was taken, of all together, in the unit of its rewards. */
  readonly collected: number;
  readonly replayed: boolean;
};

/**
 * Takes what may be spent, up to what is outstanding, and announces `reward_event.collected`; where there is nothing it does
 * nothing. What cannot be taken stays outstanding. Of who was erased nothing can be.
 *
 * @throws {NotFoundError} There is no such reversal. @throws {IdempotencyConflictError} The key collected something else.
 */
export async function collectOutstanding(
  scope: Scope,
  input: CollectOutstanding,
): Promise<Collected> {
  const { idempotencyKey: key, reason, ...request } = input;
  const { answer, replayed } = await audited(
    scope,
    reason,
    (outer) =>
      answerOnce(outer, { verb: 'referrals.collect', customerId: 0, key, request }, (inner) =>
        collect(inner, request),
      ),
    ({ answer, replayed }) =>
      replayed || answer.collected === 0
        ? null
        : {
            ...{ operation: 'referrals.collect', customer: input.customer ?? answer.customer },
            subject: { type: 'reward_event', id: input.reversal },
            facts: { collected: answer.collected, unit: answer.unit },
          },
  );
  const reversal = await shownEvent(scope, await getReversal(scope, input.reversal));
  return { ...reversal, collected: answer.collected, replayed };
}

async function collect(scope: Scope, { reversal, customer }: CollectOutstanding) {
  const { event, rewards, byId } = await lockEvent(scope, reversalNamed(reversal));
  const owing = rewards.filter(
    (reward) =>
      reward.outstanding > 0 &&
      byId.has(reward.customerId) &&
      (customer === undefined || reward.customer === customer),
  );
  const clawed = await clawBack(scope, {
    ...{ unit: event.unit ?? '', policy: 'strict' },
    reference: { type: 'reward_event', id: reversal },
    lines: owing.flatMap(({ customerId, outstanding }) => {
      const row = byId.get(customerId);
      // The grant that brought it is used up, or something of it had been there to take.
      return row ? [{ customer: row, grantId: null, amount: outstanding, rest: '' }] : [];
    }),
  });
  const taken = clawed.map((one) => one.taken);
  await keepCollected(scope, owing, taken);
  const collected = taken.reduce((sum, one) => sum + one, 0);
  if (collected > 0) await announceRecovery(scope, 'reward_event.collected', reversal, collected);
  return { collected, unit: event.unit ?? '', customer: event.customer };
}

function keepCollected(
  scope: Scope,
  owing: readonly RewardRow[],
  taken: readonly number[],
): Promise<void> {
  const rows = owing.map(({ id }, index) => ({ id, taken: taken[index] ?? 0 }));
  return scope.run(sql`
    update bursar.rewards as reward set outstanding = reward.outstanding - one.taken
      from jsonb_to_recordset(${json(rows)}::text::jsonb) as one (id bigint, taken bigint)
     where (reward.tenant_id, reward.id) = (${scope.tenant.id}::int, one.id) and one.taken > 0`);
}
