/** Withdrawals as code has them, and the one statement that reads them. */
import { announce } from '../events/index.ts';
import {
  document,
  instant,
  integer,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { WithdrawalEvents, WithdrawalNews } from './events.ts';
import type { WithdrawalStatus } from './status.ts';

/** Where the money is to go, in the words of the method: an account, an address. */
export type PayoutDetails = Readonly<Record<string, string>>;

/** One move of a withdrawal. */
export type WithdrawalStep = {
  readonly status: WithdrawalStatus;
  readonly at: Date;
  readonly reason: string | null;
  /** Who acted, where somebody was named. */
  readonly by: string | null;
};

export type WithdrawalRow = {
  readonly id: string;
  readonly customerId: number;
  /** The host's id. */
  readonly customer: string;
  readonly method: string;
  /** `null` once they are erased. */
  readonly details: PayoutDetails | null;
  readonly payout: number;
  readonly currency: string;
  readonly amount: number;
  readonly unit: string;
  readonly rate: string;
  readonly rateSource: string;
  readonly rateAt: Date;
  readonly holdId: string;
  readonly status: WithdrawalStatus;
  readonly payableFrom: Date;
  readonly reference: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The first one first. */
  readonly steps: readonly WithdrawalStep[];
};

/** Withdrawals by any condition on `withdrawal.*`, newest first. */
export function selectWithdrawals(
  scope: Scope,
  { where, limit, lock }: { where: Statement; limit: number; lock?: boolean | undefined },
): Promise<WithdrawalRow[]> {
  return scope.many(
    sql`
    select withdrawal.id, withdrawal.customer_id, customer.external_id as customer, withdrawal.method, target.details,
           withdrawal.payout, withdrawal.currency, withdrawal.amount, withdrawal.unit, withdrawal.rate::text as rate,
           withdrawal.rate_source, withdrawal.rate_at, withdrawal.hold_id, withdrawal.status, withdrawal.payable_from,
           withdrawal.reference, withdrawal.created_at, withdrawal.updated_at,
           (select jsonb_agg(jsonb_build_object('status', step.status, 'at', step.at, 'reason', step.reason, 'by', acting.external_id)
                             order by step.sequence)
              from bursar.withdrawal_history as step
              left join bursar.parties as acting on (acting.tenant_id, acting.id) = (step.tenant_id, step.actor_id)
             where (step.tenant_id, step.withdrawal_id) = (withdrawal.tenant_id, withdrawal.id)) as steps
      from bursar.withdrawals as withdrawal
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (withdrawal.tenant_id, withdrawal.customer_id)
      join bursar.payout_details as target on (target.tenant_id, target.id) = (withdrawal.tenant_id, withdrawal.details_id)
     where withdrawal.tenant_id = ${scope.tenant.id}::int and ${where}
     order by withdrawal.created_at desc, withdrawal.id desc
     limit ${limit}::int
     ${lock ? sql`for no key update of withdrawal` : sql``}`,
    readWithdrawal,
  );
}

/** One by its id; `null` when there is none such. */
export async function findWithdrawal(
  scope: Scope,
  id: string,
  { lock }: { lock?: boolean | undefined } = {},
): Promise<WithdrawalRow | null> {
  const where = sql`withdrawal.id = ${id}::text`;
  const [row] = await selectWithdrawals(scope, { where, limit: 1, lock });
  return row ?? null;
}

/** Announces one thing about a withdrawal. */
export function announceWithdrawal(
  scope: Scope,
  row: Pick<WithdrawalRow, keyof Told>,
  type: keyof WithdrawalEvents,
): Promise<void> {
  const { id, customer, method, payout, currency, amount, unit, rate } = row;
  const data: WithdrawalNews = {
    ...{ withdrawal: id, method, rate },
    payout: { amount: payout, unit: currency },
    amount: { amount, unit },
  };
  return announce(scope, { type, customer, subject: { type: 'withdrawal', id }, data });
}

type Told = Pick<
  WithdrawalRow,
  'id' | 'customer' | 'method' | 'payout' | 'currency' | 'amount' | 'unit' | 'rate'
>;

function readWithdrawal(row: Row): WithdrawalRow {
  return {
    id: text(row.id),
    customerId: integer(row.customer_id),
    customer: text(row.customer),
    method: text(row.method),
    details: row.details === null ? null : document<PayoutDetails>(row.details),
    payout: integer(row.payout),
    currency: text(row.currency),
    amount: integer(row.amount),
    unit: text(row.unit),
    rate: text(row.rate),
    rateSource: text(row.rate_source),
    rateAt: instant(row.rate_at),
    holdId: text(row.hold_id),
    status: text(row.status) as WithdrawalStatus,
    payableFrom: instant(row.payable_from),
    reference: textOrNull(row.reference),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
    steps: document<(WithdrawalStep & { at: string })[]>(row.steps).map((step) => ({
      ...step,
      at: new Date(step.at),
    })),
  };
}
