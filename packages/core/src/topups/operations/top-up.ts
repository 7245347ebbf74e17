/**
 * Buying more for a balance that runs low: an attempt is committed, then its order, then the payment is asked for, then what became
 * of it is committed. Done again after a crash it goes on with the same order; one that is open is finished whatever the
 * instruction says by then.
 */
import { lockCustomer } from '../../customers/index.ts';
import { at, newId, type Scope, sql, text, textOrNull } from '../../kernel/index.ts';
import { nameBalance, readBalance } from '../../ledger/index.ts';
import { AlreadyPaidError, cancelOrder, isOpen } from '../../orders/index.ts';
import { refuseInTransaction } from '../../payments/index.ts';
import { findInstruction } from '../instruction.ts';
import { decline, endAttempt, failBecause, type Running, stopBecause } from './end-attempt.ts';
import { freeAt, moneyGone } from './may-buy.ts';
import { charged } from './place-order.ts';

/** How soon a payment that is under way is looked at again: ten minutes. */
const watchMilliseconds = 600_000;

/** What trying again does not change: only who sets the instruction, or sells, can. */
const lasting = ['offer_unknown', 'plan_unknown', 'quantity_limit', 'offer_locked'];

/** How soon what is frozen is looked at again: a day. Nothing is bought for it. */
const frozenMilliseconds = 86_400_000;

/**
 * Buys more if the balance is low, as its instruction says.
 * @returns In how many milliseconds to look again; `null`: when it is low the next time.
 * @throws {GatewayError} Nobody knows yet what became of it: doing it again goes on with the same attempt.
 */
export async function topUp(scope: Scope, balance: number): Promise<number | null> {
  refuseInTransaction(scope);
  const begun = await begin(scope, balance);
  if (typeof begun !== 'object' || begun === null) return begun;
  const order = await charged(scope, begun);
  if (order === 'checkout_open') return standBack(scope, begun);
  if (typeof order === 'string') {
    const failed = { order: begun.order, because: order };
    return lasting.includes(order)
      ? stopBecause(scope, begun, failed)
      : failBecause(scope, begun, failed);
  }
  if (order.status === 'pending') return watchMilliseconds;
  if (order.status === 'canceled')
    return failBecause(scope, begun, { order: order.id, because: 'canceled' });
  if (isOpen(order.status)) {
    try {
      return await giveUp(scope, begun, order.id);
    } catch (error) {
      // The gateway told of it meanwhile.
      if (!(error instanceof AlreadyPaidError)) throw error;
    }
  }
  await endAttempt(scope, begun, { state: 'paid' });
  return 0;
}

/** The order of a declined payment is canceled with what becomes of its attempt, or neither. */
function giveUp(scope: Scope, running: Running, order: string): Promise<number | null> {
  return scope.transaction(async (scope) => {
    await cancelOrder(scope, { order });
    return decline(scope, running, order);
  });
}

/** Nothing was placed, since the customer is buying the same: it is looked at again whether that was enough. */
async function standBack(scope: Scope, { balance }: Running): Promise<number> {
  await forgetUnplaced(scope, balance);
  return watchMilliseconds;
}

/** What to buy, or when to look again. */
function begin(scope: Scope, balance: number): Promise<Running | number | null> {
  return scope.transaction(async (scope) => {
    const owner = await nameBalance(scope, balance);
    if (!owner) return null;
    const customer = await lockCustomer(scope, { customer: owner.customer, mode: 'update' });
    const where = sql`balance.id = ${balance}::bigint`;
    const instruction = await findInstruction(scope, { where, lock: true });
    await forgetUnplaced(scope, balance);
    const open = await openAttempt(scope, balance);
    if (open !== null) return { ...owner, balance, instruction, ...open };
    if (!instruction || instruction.stoppedAt || instruction.atOrBelow === null) return null;
    const running = { ...owner, balance, instruction };
    const { available, frozen } = await readBalance(scope, owner);
    if (available > instruction.atOrBelow) return null;
    if (frozen || customer.frozenAt) return frozenMilliseconds;
    const gone = await moneyGone(scope, instruction);
    if (gone) return stopBecause(scope, { ...running, attempt: null, order: null }, gone);
    if (instruction.retryAt && instruction.retryAt > scope.now)
      return until(scope, instruction.retryAt);
    const free = await freeAt(scope, instruction);
    if (free !== null) {
      await failBecause(
        scope,
        { ...running, attempt: null, order: null },
        { order: null, because: 'limit', retryAt: free },
      );
      return until(scope, free);
    }
    const attempt = newId('tua');
    await scope.run(sql`
      insert into bursar.top_up_attempts (tenant_id, id, balance_id, created_at)
      values (${scope.tenant.id}::int, ${attempt}::text, ${balance}::bigint, ${at(scope.now)}::text::timestamptz)`);
    return { ...running, attempt, order: null };
  });
}

function until(scope: Scope, moment: Date): number {
  return Math.max(1_000, moment.getTime() - scope.now.getTime());
}

/** An attempt without an order has done nothing yet: it is made anew, if it is still called for. */
function forgetUnplaced(scope: Scope, balance: number): Promise<unknown> {
  return scope.run(sql`
    delete from bursar.top_up_attempts
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${balance}::bigint) and state = 'open' and order_id is null`);
}

function openAttempt(
  scope: Scope,
  balance: number,
): Promise<{ attempt: string; order: string | null } | null> {
  return scope.maybeOne(
    sql`
    select id, order_id from bursar.top_up_attempts
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${balance}::bigint) and state = 'open'`,
    (row) => ({ attempt: text(row.id), order: textOrNull(row.order_id) }),
  );
}
