/** From an event to the endpoints that want it: one job each, however often the event comes by. */
import { queueJob } from '../../jobs/index.ts';
import { type News, type Scope, sql, text } from '../../kernel/index.ts';

/** The kind of the jobs. */
export const WEBHOOK = 'webhook';

/** What a job knows. */
export type Delivery = { readonly endpoint: string; readonly event: News };

/** Asks for the event to be sent to whoever wants it. @returns To how many for the first time. */
export async function fanOut(scope: Scope, event: News): Promise<number> {
  const endpoints = await scope.many(
    sql`
    select id from bursar.webhook_endpoints
     where tenant_id = ${scope.tenant.id}::int and state = 'enabled' and types ? ${event.type}::text
       and created_at <= ${event.at}::text::timestamptz
     order by id
     limit 100`,
    (row) => text(row.id),
  );
  let queued = 0;
  for (const endpoint of endpoints) {
    const payload: Delivery = { endpoint, event };
    const job = { kind: WEBHOOK, lane: endpoint, key: `${endpoint}/${event.id}`, payload };
    if ((await queueJob(scope, job)).isNew) queued += 1;
  }
  return queued;
}
