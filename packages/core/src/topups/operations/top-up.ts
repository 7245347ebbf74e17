/**
 * Buying more for a balance that runs low: an attempt is committed, then its order is placed and charged under the attempt's own
 * key, then what became of it is committed. Done again after a crash it goes on with the same attempt.
 */
import { lockCustomer } from '../../customers/index.ts';
import {
  addDuration,
  at,
  flag,
  instantOrNull,
  integer,
  isBursarError,
  newId,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import { nameBalance, readBalance } from '../../ledger/index.ts';
import {
  AlreadyPaidError,
  cancelOrder,
  createOrder,
  GatewayError,
  getOrder,
  isOpen,
  type Order,
} from '../../orders/index.ts';
import { confirmPayment, refuseInTransaction } from '../../payments/index.ts';
import { findInstruction, type Instruction } from '../instruction.ts';
import { decline, endAttempt, failBecause, type Running, stopBecause } from './end-attempt.ts';

/** How soon a payment that is under way is looked at again: ten minutes. */
const watchMilliseconds = 600_000;

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
  if (typeof order === 'string') return failBecause(scope, begun, { order: null, because: order });
  if (order.status === 'pending') return watchMilliseconds;
  if (order.status === 'canceled')
    return failBecause(scope, begun, { order: order.id, because: 'canceled' });
  if (isOpen(order.status)) {
    try {
      await cancelOrder(scope, { order: order.id });
      return await decline(scope, begun, order.id);
    } catch (error) {
      // The gateway told of it meanwhile.
      if (!(error instanceof AlreadyPaidError)) throw error;
    }
  }
  await endAttempt(scope, begun, { state: 'paid' });
  return 0;
}

/** What to buy, or when to look again. */
function begin(scope: Scope, balance: number): Promise<Running | number | null> {
  return scope.transaction(async (scope) => {
    const owner = await nameBalance(scope, balance);
    if (!owner) return null;
    const customer = await lockCustomer(scope, { customer: owner.customer, mode: 'update' });
    const where = sql`balance.id = ${balance}::bigint`;
    const instruction = await findInstruction(scope, { where, lock: true });
    if (!instruction || instruction.stoppedAt || instruction.below === null) return null;
    const running = { ...owner, instruction };
    const open = await openAttempt(scope, balance);
    if (open !== null) return { ...running, ...open };
    const { available, frozen } = await readBalance(scope, owner);
    if (available > instruction.below) return null;
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

/**
 * What speaks against charging again: a payment for the balance that is disputed, or that went back since the instruction was
 * set. Whoever took the money back has to want more, and says so by setting it anew.
 */
function moneyGone(scope: Scope, { balance }: Instruction) {
  return scope.maybeOne(
    sql`
    select bought.id, bought.disputed
      from bursar.auto_top_ups as instruction
      join bursar.top_up_attempts as attempt
        on (attempt.tenant_id, attempt.balance_id) = (instruction.tenant_id, instruction.balance_id)
      join bursar.orders as bought on (bought.tenant_id, bought.id) = (attempt.tenant_id, attempt.order_id)
     where (instruction.tenant_id, instruction.balance_id) = (${scope.tenant.id}::int, ${balance}::bigint)
       and (bought.disputed or exists (
             select from bursar.refunds as refund
              where (refund.tenant_id, refund.order_id) = (bought.tenant_id, bought.id)
                and refund.state <> 'failed' and refund.created_at >= instruction.updated_at))
     order by bought.disputed desc, bought.created_at desc
     limit 1`,
    (row) => ({ order: text(row.id), because: flag(row.disputed) ? 'disputed' : 'refunded' }),
  );
}

/** When the limit lets something be bought again; `null`: now. */
async function freeAt(scope: Scope, { balance, most, per }: Instruction): Promise<Date | null> {
  const since = addDuration(scope.now, per, -1, 'UTC');
  const { count, first } = await scope.one(
    sql`
    select count(*) as count, min(created_at) as first
      from bursar.top_up_attempts
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${balance}::bigint) and state = 'paid'
       and created_at > ${at(since)}::text::timestamptz`,
    (row) => ({ count: integer(row.count), first: instantOrNull(row.first) }),
  );
  return count >= most && first ? addDuration(first, per, 1, 'UTC') : null;
}

/** The order as the gateway has it by now; a code: it cannot be placed. */
async function charged(scope: Scope, running: Running): Promise<Order | string> {
  try {
    const id = running.order ?? (await placed(scope, running));
    const now = await getOrder(scope, { order: id });
    const isAsked = isOpen(now.status) && running.instruction.gateway !== null;
    return isAsked ? await confirmPayment(scope, { order: id }) : now;
  } catch (error) {
    // What nobody knows the outcome of is asked for again, under the same key.
    const isUnknown = !isBursarError(error) || ['gateway', 'unavailable'].includes(error.kind);
    if (isUnknown || error instanceof GatewayError) throw error;
    return error.code;
  }
}

async function placed(scope: Scope, running: Running): Promise<string> {
  const { customer, instruction, attempt } = running;
  const { offer, quantity, gateway } = instruction;
  const { order } = await createOrder(scope, {
    ...{ customer, offer, quantity, gateway: gateway ?? undefined, offSession: true },
    idempotencyKey: attempt ?? undefined,
  });
  await scope.run(sql`
    update bursar.top_up_attempts set order_id = ${order.id}::text
     where (tenant_id, id) = (${scope.tenant.id}::int, ${attempt}::text)`);
  return order.id;
}
