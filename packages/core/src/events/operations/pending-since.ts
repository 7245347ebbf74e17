/** Since when the oldest event waits: to be given out, and to be taken by each consumer. */
import { instantOrNull, type Scope, sql, text } from '../../kernel/index.ts';

export type Pending = {
  /** `null` when nothing waits. */
  readonly outbox: Date | null;
  /** One per consumer; while there is none nobody gives anything out. */
  readonly deliveries: readonly { readonly consumer: string; readonly since: Date | null }[];
};

/** Of all tenants: one statement, by indexes that hold only what is pending. */
export async function pendingSince(scope: Scope): Promise<Pending> {
  const rows = await scope.many(
    sql`
    select consumer.name, waiting.at as waiting, oldest.at as oldest
      from bursar.consumers as consumer
      left join lateral (
        select at from bursar.outbox where state = 'pending' order by position limit 1
      ) as waiting on true
      left join lateral (
        select event.at
          from bursar.deliveries as delivery
          join bursar.outbox as event on (event.tenant_id, event.id) = (delivery.tenant_id, delivery.event_id)
         where delivery.consumer_id = consumer.id and delivery.state = 'pending'
         order by delivery.position limit 1
      ) as oldest on true
     order by consumer.id limit 1000`,
    (row) => ({
      consumer: text(row.name),
      outbox: instantOrNull(row.waiting),
      since: instantOrNull(row.oldest),
    }),
  );
  const deliveries = rows.map(({ consumer, since }) => ({ consumer, since }));
  return { outbox: rows[0]?.outbox ?? null, deliveries };
}
