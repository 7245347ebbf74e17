/**
 * Asking to be paid out: priced at the rate of now, which is frozen on it, and set aside in the same transaction.
 *
 * Limits and rows come under the customer's lock, so requests that race pass none together. What is set aside never expires.
 */
import { answerOnce, ensureCustomer, lockCustomer } from '../../customers/index.ts';
import { addDuration, at, newId, type Scope, sql } from '../../kernel/index.ts';
import { CustomerFrozenError, InsufficientBalanceError, spend } from '../../ledger/index.ts';
import { getSetting } from '../../settings/index.ts';
import { keepDetails } from '../details.ts';
import { refuseOutside } from '../limits.ts';
import { recordStep } from '../move-withdrawal.ts';
import { refuseOwing } from '../owing.ts';
import { type Price, priceOf } from '../price.ts';
import { announceWithdrawal, findWithdrawal, type PayoutDetails } from '../rows.ts';
import type { Withdrawal } from '../withdrawal.ts';
import { getWithdrawal } from './get-withdrawal.ts';

export type RequestWithdrawal = {
  readonly customer: string;
  /** Of a customer that is made here. */
  readonly kind?: string | undefined;
  /** What is to be paid out, in the smallest part of `currency`. */
  readonly amount: number;
  readonly currency: string;
  /** `manual` unless said: somebody pays it by hand. */
  readonly method?: string | undefined;
  /** Where the money is to go, in the words of the method. */
  readonly details?: PayoutDetails | undefined;
  readonly idempotencyKey?: string | undefined;
};

/** What asking answers; `replayed`: an earlier request under the same key has made it. */
export type RequestedWithdrawal = { readonly withdrawal: Withdrawal; readonly replayed: boolean };

/**
 * Sets aside what the payout costs, of the unit that the setting `withdrawals.unit` names, and announces `withdrawal.requested`.
 * The same key and request again give the same withdrawal, as it is by then.
 *
 * @throws {WithdrawalsDisabledError} They are switched off. @throws {BelowMinimumError} @throws {WithdrawalLimitError}
 * @throws {CustomerOwesError} Something of the unit is owed. @throws {InsufficientBalanceError} Less is available. @throws {CustomerFrozenError} An operator stopped this customer.
 * @throws {RateMissingError} There is no rate for the pair. @throws {UnitUnknownError} The catalogue has no such currency.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function requestWithdrawal(
  scope: Scope,
  input: RequestWithdrawal,
): Promise<RequestedWithdrawal> {
  const { customer, kind, idempotencyKey: key, ...request } = input;
  const unit = String(await getSetting(scope, 'withdrawals.unit'));
  const price = await priceOf(scope, { payout: input.amount, currency: input.currency, unit });
  return scope.transaction(async (inner) => {
    const { id } = await ensureCustomer(inner, { customer, kind });
    const once = { verb: 'withdrawals.request', customerId: id, key, request };
    const { answer, replayed } = await answerOnce(inner, once, (inmost) =>
      place(inmost, input, price),
    );
    return { withdrawal: await getWithdrawal(inner, { withdrawal: answer }), replayed };
  });
}

/** @returns The id alone: where the money goes is kept in one place. */
async function place(scope: Scope, input: RequestWithdrawal, price: Price): Promise<string> {
  const { customer, method = 'manual', details = {} } = input;
  const { id: customerId } = await lockCustomer(scope, { customer, mode: 'update' });
  const { amount, unit } = price;
  await refuseOutside(scope, { customerId, amount, unit });
  await refuseOwing(scope, { customer, unit });
  const ids = { id: newId('wdr'), hold: newId('hld') };
  await setAside(scope, { ...ids, customer, amount, unit });
  const target = await keepDetails(scope, { customerId, method, details });
  const wait = String(await getSetting(scope, 'withdrawals.coolingOff'));
  const payableFrom = addDuration(target.firstNamedAt, wait, 1, 'UTC');
  const { rate, payout, currency } = price;
  await scope.run(sql`
    insert into bursar.withdrawals
      (tenant_id, id, customer_id, method, details_id, payout, currency, amount, unit, rate, rate_of, rate_per, rate_source,
       rate_at, hold_id, payable_from, created_at, updated_at)
    values (${scope.tenant.id}::int, ${ids.id}::text, ${customerId}::bigint, ${method}::text, ${target.id}::bigint,
            ${payout}::bigint, ${currency}::text, ${amount}::bigint, ${unit}::text,
            round(${rate.per}::text::numeric / ${rate.of}::text::numeric, 10), ${rate.of}::text, ${rate.per}::text,
            ${rate.source}::text, ${at(rate.at)}::text::timestamptz, ${ids.hold}::text, ${at(payableFrom)}::text::timestamptz,
            ${at(scope.now)}::text::timestamptz, ${at(scope.now)}::text::timestamptz)`);
  await recordStep(scope, { withdrawal: ids.id, status: 'pending' });
  const made = await findWithdrawal(scope, ids.id);
  if (!made) throw new Error(`Withdrawal ${ids.id} was written but cannot be read.`);
  await announceWithdrawal(scope, made, 'withdrawal.requested');
  return ids.id;
}

type Aside = { id: string; hold: string; customer: string; amount: number; unit: string };

async function setAside(scope: Scope, { id, hold, customer, amount, unit }: Aside): Promise<void> {
  const answer = await spend(scope, {
    ...{ customer, unit, amount, hold: { id: hold, expiresAt: null } },
    ...{ reference: { type: 'withdrawal', id }, source: 'withdrawals.request' },
    request: { verb: 'withdrawal', id },
  });
  if (answer.allowed) return;
  if (answer.reason === 'customer_frozen') throw new CustomerFrozenError(customer);
  throw new InsufficientBalanceError({ unit, amount, available: answer.figures.available });
}
