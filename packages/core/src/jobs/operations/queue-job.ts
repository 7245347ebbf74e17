/** Asking for a job, in the transaction of what asks for it. */
import { at, flag, json, newId, type Scope, sql, text } from '../../kernel/index.ts';

export type QueueJob = {
  readonly kind: string;
  /** Everything that doing it needs; survives JSON. */
  readonly payload: object;
  /** Asking again under it, for good or until the job is forgotten, is asking for the same one. */
  readonly key?: string | undefined;
  readonly lane?: string | undefined;
};

export type Queued = {
  readonly id: string;
  /** False: there was one under the key, which is as it was. */
  readonly isNew: boolean;
  /** True: the one under the key was asked for with the same payload. */
  readonly isSame: boolean;
};

/** Makes a job that is due at once. It is done after the commit of the scope's transaction. */
export function queueJob(scope: Scope, { kind, payload, key, lane }: QueueJob): Promise<Queued> {
  const id = newId('job');
  return scope.one(
    sql`
    with made as (
      insert into bursar.jobs (tenant_id, id, kind, key, lane, payload, next_at, created_at)
      values (${scope.tenant.id}::int, ${id}::text, ${kind}::text, ${key ?? null}::text, ${lane ?? ''}::text, ${json(payload)}::text::jsonb,
              ${at(scope.now)}::text::timestamptz, ${at(scope.now)}::text::timestamptz)
      on conflict (tenant_id, kind, key) where key is not null do update set key = excluded.key
      returning id, payload
    )
    select id, id = ${id}::text as is_new, payload = ${json(payload)}::text::jsonb as is_same from made`,
    (row) => ({ id: text(row.id), isNew: flag(row.is_new), isSame: flag(row.is_same) }),
  );
}
