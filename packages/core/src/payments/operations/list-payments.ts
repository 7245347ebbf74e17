/** Payments as hosts see them, of all orders or some. */
import { type Money, moneyOf } from '../../catalog/index.ts';
import { checkLimit, decodeText, type Page, pageOf, type Scope, sql } from '../../kernel/index.ts';
import type { PaymentState } from '../../orders/index.ts';
import type { PaymentRow } from '../payment.ts';
import { selectPayments } from '../rows.ts';

export type ListPayments = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  readonly order?: string | undefined;
  readonly state?: Payment['state'] | undefined;
  /** True: only those that nothing was handed out for, and somebody has to look at. */
  readonly flagged?: boolean | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** One attempt to pay an order at a gateway. */
export type Payment = {
  readonly id: string;
  readonly order: string;
  readonly gateway: string;
  /** What the gateway calls it; `null` while nobody knows whether it is there. */
  readonly externalId: string | null;
  readonly amount: Money;
  /** `creating`: the gateway has not answered yet. */
  readonly state: PaymentState | 'creating';
  /** What was bad for the order the last time: `refused` by the gateway, or the payer has to do something (`error`). */
  readonly refusal: 'refused' | 'error' | null;
  /** What went back of it so far, as the gateway says. */
  readonly refunded: Money;
  readonly disputed: boolean;
  /** Why it succeeded and nothing was handed out. */
  readonly flagged: string | null;
  /** False at a gateway that moves no real money; `null` until it has said. */
  readonly livemode: boolean | null;
  readonly createdAt: Date;
};

const list = 'payments';

/**
 * One page, newest first. Asks no gateway, and writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listPayments(
  scope: Scope,
  { customer, order, state, flagged, limit: most, cursor }: ListPayments = {},
): Promise<Page<Payment>> {
  const limit = checkLimit(most);
  const before = decodeText(list, cursor);
  const rows = await selectPayments(scope, {
    where: sql`(${before}::text is null or payment.id < ${before}::text)
      and (${order ?? null}::text is null or payment.order_id = ${order ?? null}::text)
      and (${state ?? null}::text is null or payment.state = ${state ?? null}::text)
      and (${flagged ?? null}::boolean is null or (payment.flagged is not null) = ${flagged ?? null}::boolean)
      and (${customer ?? null}::text is null or exists (
        select from bursar.orders as bought
          join bursar.customers as customer on (customer.tenant_id, customer.id) = (bought.tenant_id, bought.customer_id)
         where (bought.tenant_id, bought.id) = (payment.tenant_id, payment.order_id)
           and customer.external_id = ${customer ?? null}::text))`,
    order: sql`payment.id desc`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, (row) => [row.id]);
  return { items: page.items.map((row) => paymentOf(scope, row)), next: page.next };
}

function paymentOf(scope: Scope, row: PaymentRow): Payment {
  const { id, order, gateway, externalId, state, refusal, disputed, flagged, livemode, sum } = row;
  return {
    ...{ id, order, gateway, externalId, state, refusal, disputed, flagged, livemode },
    amount: moneyOf(scope, sum.currency, sum.amount),
    refunded: moneyOf(scope, sum.currency, row.refunded),
    createdAt: row.createdAt,
  };
}
