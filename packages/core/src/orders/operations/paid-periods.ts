/** Which periods of subscriptions orders have paid for. Money that went back later makes none of them unpaid again. */
import { integer, list, type Scope, sql, text } from '../../kernel/index.ts';
import type { PaidPeriods, Span } from '../../subscriptions/index.ts';

/** As spans of numbers, so that a subscription of many years is a row or two. */
export const paidPeriods: PaidPeriods = async (scope: Scope, subscriptions, billing) => {
  const spans = await scope.many(
    sql`
    select subscription_id, min(period) as first, max(period) as last
      from (
        select paid.subscription_id, paid.period,
               paid.period - row_number() over (partition by paid.subscription_id order by paid.period) as island
          from bursar.orders as paid
         where paid.tenant_id = ${scope.tenant.id}::int and paid.period is not null and paid.paid_at is not null
           and (${billing}::text = 'order' or paid.invoice is not null)
           and paid.subscription_id = any ((select ${list(subscriptions)}::text)::text[])) as paid
     group by subscription_id, island
     order by subscription_id, first
     limit 100000`,
    (row) => ({
      id: text(row.subscription_id),
      span: [integer(row.first), integer(row.last)] as const,
    }),
  );
  const paid = new Map<string, Span[]>();
  for (const { id, span } of spans) paid.set(id, [...(paid.get(id) ?? []), span]);
  return paid;
};
