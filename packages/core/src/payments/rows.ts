/** The one statement that reads payments. */
import {
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { Dispute, PaymentRequest, PaymentRow } from './payment.ts';

export type PaymentSelection = {
  /** On `payment.*`. */
  readonly where: Statement;
  /** Newest first unless said. */
  readonly order?: Statement | undefined;
  readonly limit: number;
  readonly lock?: boolean | undefined;
};

/** Payments by any condition. */
export function selectPayments(
  scope: Scope,
  { where, order = sql`payment.created_at desc, payment.id desc`, limit, lock }: PaymentSelection,
): Promise<PaymentRow[]> {
  return scope.many(
    sql`
    select payment.* from bursar.payments as payment
     where payment.tenant_id = ${scope.tenant.id}::int and ${where}
     order by ${order}
     limit ${limit}::int
     ${lock ? sql`for no key update` : sql``}`,
    readPayment,
  );
}

function readPayment(row: Row): PaymentRow {
  const [amount, currency, scale] = [
    integer(row.amount),
    text(row.currency),
    integer(row.scale),
  ] as const;
  return {
    id: text(row.id),
    order: text(row.order_id),
    gateway: text(row.gateway),
    externalId: textOrNull(row.external_id),
    sum: { amount, currency, scale },
    request: document<PaymentRequest>(row.request),
    state: text(row.state) as PaymentRow['state'],
    stateAt: instant(row.state_at),
    refusal: textOrNull(row.refusal) as PaymentRow['refusal'],
    refusalAt: instantOrNull(row.refusal_at),
    livemode: row.livemode === null ? null : flag(row.livemode),
    refunded: integer(row.refunded),
    disputed: flag(row.disputed),
    disputes: document<Record<string, Dispute>>(row.disputes),
    flagged: textOrNull(row.flagged),
    createdAt: instant(row.created_at),
  };
}
