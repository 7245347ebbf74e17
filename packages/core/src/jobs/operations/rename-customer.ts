/** Letting jobs speak of a customer under another name: in what they are to do, and in what they failed with. */
import { json, type Scope, sql } from '../../kernel/index.ts';

/**
 * Rewrites every job of the tenant that is about `from`, and empties errors that quote one of `words`. One that is still to be
 * done will find nobody under the new name. Reads all jobs of the tenant.
 */
export async function renameInJobs(
  scope: Scope,
  { from, to, words }: { from: string; to: string; words: readonly string[] },
): Promise<void> {
  await scope.run(sql`
    update bursar.jobs as job
       set payload = case when job.payload->>'customer' = ${from}::text
                          then jsonb_set(job.payload, '{customer}', to_jsonb(${to}::text)) else job.payload end,
           error = null
     where job.tenant_id = ${scope.tenant.id}::int
       and (job.payload->>'customer' = ${from}::text
            or exists (select from jsonb_array_elements_text(${json(words)}::text::jsonb) as word
                        where position(lower(word) in lower(job.error)) > 0))`);
}
