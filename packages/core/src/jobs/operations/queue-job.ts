/** Asking for a job, in the transaction of what asks for it. */
import { at, flag, json, newId, type Scope, sql, text } from '../../kernel/index.ts';

declare module '../../kernel/scope.ts' {
  interface Ports {
    /** Told of each job that is asked for, before it commits: who does jobs must look from now on. */
    readonly jobQueued?: (() => void) | undefined;
  }
}

export type QueueJob = {
  readonly kind: string;
  /** Everything that doing it needs; survives JSON. */
  readonly payload: object;
  /** Asking again under it, for good or until the job is forgotten, is asking for the same one. */
  readonly key?: string | undefined;
  readonly lane?: string | undefined;
  /** Not before; at once unless said. */
  readonly dueAt?: Date | undefined;
};

export type Queued = {
  readonly id: string;
  /** False: there was one under the key, which is as it was. */
  readonly isNew: boolean;
  /** True: the one under the key was asked for with the same payload. */
  readonly isSame: boolean;
};

/**
 * Makes a job. It is done after the commit of the scope's transaction. Whoever asks again locks nothing: who has the job in hand
 * can end it, however long the asking transaction stays open.
 */
export async function queueJob(scope: Scope, asked: QueueJob): Promise<Queued> {
  scope.ports.jobQueued?.();
  // Neither: it was committed since the statement began, or is forgotten.
  return (await madeOrFound(scope, asked)) ?? queueJob(scope, asked);
}

function madeOrFound(
  scope: Scope,
  { kind, payload, key, lane, dueAt = scope.now }: QueueJob,
): Promise<Queued | null> {
  const id = newId('job');
  return scope.maybeOne(
    sql`
    with made as (
      insert into bursar.jobs (tenant_id, id, kind, key, lane, payload, next_at, created_at)
      values (${scope.tenant.id}::int, ${id}::text, ${kind}::text, ${key ?? null}::text, ${lane ?? ''}::text, ${json(payload)}::text::jsonb,
              ${at(dueAt)}::text::timestamptz, ${at(scope.now)}::text::timestamptz)
      on conflict (tenant_id, kind, key) where key is not null do nothing
      returning id
    )
    select id, true as is_new, true as is_same from made
    union all
    select id, false, payload = ${json(payload)}::text::jsonb
      from bursar.jobs
     where (tenant_id, kind, key) = (${scope.tenant.id}::int, ${kind}::text, ${key ?? null}::text)`,
    (row) => ({ id: text(row.id), isNew: flag(row.is_new), isSame: flag(row.is_same) }),
  );
}
