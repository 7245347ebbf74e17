/** Letting what was sent, and what is still to be, speak of a customer under another name. */
import { NAMING } from '../../events/index.ts';
import { json, type Scope, sql } from '../../kernel/index.ts';

/** Rewrites every delivery of the tenant whose event names `from`. Reads all of the tenant's. */
export async function renameInDeliveries(
  scope: Scope,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const renamed = sql`to_jsonb(${to}::text)`;
  const isIt = sql`= to_jsonb(${from}::text)`;
  await scope.run(sql`
    update bursar.jobs as job
       set payload = jsonb_set(job.payload, '{event}', job.payload->'event' || jsonb_build_object(
             'customer', case when job.payload->'event'->'customer' ${isIt} then ${renamed} else job.payload->'event'->'customer' end,
             'actor', case when job.payload->'event'->'actor' ${isIt} then ${renamed} else job.payload->'event'->'actor' end,
             'subject', case when job.payload->'event'->'subject' = jsonb_build_object('type', 'customer', 'id', ${from}::text)
                             then jsonb_build_object('type', 'customer', 'id', ${to}::text) else job.payload->'event'->'subject' end,
             'data', (select coalesce(jsonb_object_agg(field.key,
                               case when ${json(NAMING)}::text::jsonb ? field.key and field.value ${isIt} then ${renamed} else field.value end), '{}')
                        from jsonb_each(job.payload->'event'->'data') as field)))
     where job.tenant_id = ${scope.tenant.id}::int and job.kind = 'webhook'
       and position(to_jsonb(${from}::text)::text in job.payload::text) > 0`);
}
