/** News that adds up until somebody is given it: one row under one id, however many processes count towards it. */
import { at, json, type Scope, sql, text } from '../../kernel/index.ts';
import type { Announcement } from '../outbox.ts';

/** What is told of many times, as of the last of them. */
export type CountedNews = {
  /** The same for all that count towards it. */
  readonly id: string;
  /** The last time. */
  readonly at: Date;
  /** How many times, since it was last announced under this id. */
  readonly attempts: number;
  readonly said: Announcement;
};

/**
 * Writes the rows, with `attempts` in their data, or adds to those that nobody was given yet; of two tellers the later one says
 * the rest. This process's listeners are not told again. Ids differ from each other.
 *
 * @returns The ids that were written. What somebody was given already stays as it is, and is left out.
 */
export async function announceCounted(
  scope: Scope,
  counted: readonly CountedNews[],
): Promise<ReadonlySet<string>> {
  const rows = counted.map(({ id, at: last, attempts, said }) => ({
    ...{ id, at: at(last), type: said.type, customer: said.customer, source: said.source ?? null },
    ...{ subject_type: said.subject.type, subject_id: said.subject.id },
    data: { ...said.data, attempts },
  }));
  const written = await scope.many(
    sql`
    insert into bursar.outbox as event (tenant_id, id, type, customer, subject_type, subject_id, source, at, data)
    select ${scope.tenant.id}::int, id, type, customer, subject_type, subject_id, source, at, data
      from jsonb_to_recordset(${json(rows)}::text::jsonb)
        as one (id text, type text, customer text, subject_type text, subject_id text, source text, at timestamptz, data jsonb)
     order by at, id
    on conflict (tenant_id, id) do update
       set at = greatest(event.at, excluded.at),
           source = case when excluded.at >= event.at then excluded.source else event.source end,
           data = case when excluded.at >= event.at then excluded.data else event.data end
                  || jsonb_build_object('attempts', (event.data->>'attempts')::bigint + (excluded.data->>'attempts')::bigint)
     where event.state = 'pending'
    returning event.id`,
    (row) => text(row.id),
  );
  return new Set(written);
}
