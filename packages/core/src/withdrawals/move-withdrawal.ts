/**
 * Storing what a withdrawal has become, and what it does to the wallet, in one transaction: paid captures what is set aside,
 * an end without payment gives it back.
 */
import { lockCustomer, partyIdOf } from '../customers/index.ts';
import { at, NotFoundError, type Scope, sql } from '../kernel/index.ts';
import { captureHold, InvalidStateError, releaseHold } from '../ledger/index.ts';
import { announceWithdrawal, findWithdrawal, type WithdrawalRow } from './rows.ts';
import { isOnItsWay, mayMove, type WithdrawalStatus } from './status.ts';

export type NamedWithdrawal = {
  readonly withdrawal: string;
  /** Given, another customer's withdrawal is not found. */
  readonly customer?: string | undefined;
};

/**
 * A withdrawal, locked after its customer. Belongs in a transaction.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 */
export async function lockWithdrawal(
  scope: Scope,
  { withdrawal, customer }: NamedWithdrawal,
): Promise<WithdrawalRow> {
  const found = await findWithdrawal(scope, withdrawal);
  if (!found || (customer !== undefined && found.customer !== customer))
    throw new NotFoundError('withdrawal', withdrawal);
  await lockCustomer(scope, { customer: found.customer, mode: 'share' });
  const locked = await findWithdrawal(scope, withdrawal, { lock: true });
  if (!locked) throw new NotFoundError('withdrawal', withdrawal);
  return locked;
}

export type Move = {
  readonly to: WithdrawalStatus;
  readonly reason?: string | undefined;
  /** What a driver calls the payment. */
  readonly reference?: string | undefined;
  /** The driver has said so: once a withdrawal is on its way, nobody else may. */
  readonly byDriver?: boolean | undefined;
};

/**
 * Moves a locked withdrawal, captures or releases what is set aside, and announces it.
 * @returns The withdrawal as it is then.
 * @throws {InvalidStateError} There is no such move.
 */
export async function moveWithdrawal(
  scope: Scope,
  row: WithdrawalRow,
  { to, reason, reference, byDriver = false }: Move,
): Promise<WithdrawalRow> {
  const { id, status, holdId: hold } = row;
  if (!mayMove(status, to) || isOnItsWay(status) !== byDriver)
    throw new InvalidStateError(`Withdrawal ${id} is ${status}.`, { withdrawal: id, status });
  if (to === 'paid')
    await captureHold(scope, { hold, counter: 'payout', source: 'withdrawals.paid' });
  if (to === 'rejected' || to === 'canceled' || to === 'failed') await releaseHold(scope, { hold });
  await scope.run(sql`
    update bursar.withdrawals
       set status = ${to}::text, reference = coalesce(${reference ?? null}::text, reference),
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);
  await recordStep(scope, { withdrawal: id, status: to, reason });
  if (to !== 'sending' && to !== 'unknown' && to !== 'pending')
    await announceWithdrawal(scope, row, `withdrawal.${to}`);
  const moved = await findWithdrawal(scope, id);
  if (!moved) throw new Error(`Withdrawal ${id} was moved but cannot be read.`);
  return moved;
}

/** Adds a step to the history, with who acts. The withdrawal's row is locked, or new. */
export async function recordStep(
  scope: Scope,
  step: { withdrawal: string; status: WithdrawalStatus; reason?: string | undefined },
): Promise<void> {
  const { withdrawal, status, reason = null } = step;
  const actor = scope.actor?.slice(0, 255);
  const actorId = actor ? await partyIdOf(scope, { kind: 'actor', id: actor }) : null;
  const tenant = scope.tenant.id;
  await scope.run(sql`
    insert into bursar.withdrawal_history (tenant_id, withdrawal_id, sequence, at, status, reason, actor_id)
    select ${tenant}::int, ${withdrawal}::text, coalesce(max(sequence), 0) + 1, ${at(scope.now)}::text::timestamptz,
           ${status}::text, ${reason}::text, ${actorId}::bigint
      from bursar.withdrawal_history
     where (tenant_id, withdrawal_id) = (${tenant}::int, ${withdrawal}::text)`);
}
