/** Saying what became of an order, in its history and to listeners. */
import { announce } from '../events/index.ts';
import { at, json, type Scope, sql } from '../kernel/index.ts';
import type { OrderEvents, OrderNews } from './events.ts';
import type { OrderRow } from './rows.ts';
import type { OrderStatus } from './status.ts';

/** What an order's history keeps of one step. */
export type Step = {
  readonly order: string;
  readonly status: OrderStatus | 'inconsistent';
  readonly message?: string | undefined;
  /** What a gateway said; nothing that names a person or a secret. */
  readonly payload?: object | undefined;
};

/** Adds a step to the history. The order's row, or that of what it came with, is locked. */
export async function recordStep(scope: Scope, step: Step): Promise<void> {
  const { order, status, message = null, payload } = step;
  const tenant = scope.tenant.id;
  await scope.run(sql`
    insert into bursar.order_history (tenant_id, order_id, sequence, at, status, message, payload, actor)
    select ${tenant}::int, ${order}::text, coalesce(max(sequence), 0) + 1, ${at(scope.now)}::text::timestamptz, ${status}::text,
           ${message}::text, ${payload ? json(payload) : null}::text::jsonb, ${scope.actor}::text
      from bursar.order_history
     where (tenant_id, order_id) = (${tenant}::int, ${order}::text)`);
}

/** Announces one thing about an order, with what else belongs to it. */
export function announceOrder<T extends keyof OrderEvents>(
  scope: Scope,
  row: OrderRow,
  type: T,
  facts: Omit<OrderEvents[T], keyof OrderNews> & Partial<OrderNews>,
): Promise<void> {
  return announce(scope, {
    type,
    customer: row.customer,
    subject: { type: 'order', id: row.id },
    data: { ...newsOf(row), ...facts },
  });
}

function newsOf(row: OrderRow): OrderNews {
  const { id, offer, plan, group, quantity, total, currency, parentId } = row;
  return {
    ...{ order: id, offer, plan, group, quantity, total: { amount: total, unit: currency } },
    ...{ parent: parentId, startsAt: textOf(row.startsAt), expiresAt: textOf(row.expiresAt) },
  };
}

/** An instant as news has it. */
export function textOf(instant: Date | null): string | null {
  return instant?.toISOString() ?? null;
}
