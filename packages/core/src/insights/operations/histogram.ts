/** Subscriptions over time, bucket by bucket (SPEC 16.3 to 16.5, 16.8). */
import { at, type Bucket, integer, json, type Scope, sql } from '../../kernel/index.ts';
import { readSeries, type Series } from '../input.ts';

export type HistogramBucket = Bucket & {
  /** Started in it, and not before `from`. */
  readonly new: number;
  /** Alive at its start: of the first, those that started before `from` and had not ended by then. */
  readonly carried: number;
  /** Carried and new. */
  readonly count: number;
  /** With their end in it, also one that is set and still to come. */
  readonly ended: number;
  /** On trial at some time in it. */
  readonly trial: number;
  /** With an end that is set and not before its start: an end that is known counts from the start on. */
  readonly grace: number;
  /** The decisions: their end was set in it. */
  readonly canceled: number;
  /** Ended by carried; `null` where nothing was alive. */
  readonly churnRate: number | null;
  /** Ended by carried and new; `null` where there was nothing. */
  readonly churnRateWithNew: number | null;
};

type Counted = Record<'new' | 'ended' | 'trial' | 'grace' | 'canceled', number>;

/**
 * Counts the subscriptions that started at or after `from`, or before it and had not ended by then. An end before the start
 * counts as the start; deleted ones never count. Writes nothing.
 * @throws {ValidationError} Names each field that cannot be read.
 */
export async function histogram(scope: Scope, input: Series = {}): Promise<HistogramBucket[]> {
  const { from, buckets } = readSeries(input, { now: scope.now });
  const counted = await countBuckets(scope, from, buckets);
  let carried = await countCarried(scope, from);
  return buckets.map((bucket, index) => {
    const found = counted[index] ?? { new: 0, ended: 0, trial: 0, grace: 0, canceled: 0 };
    const count = carried + found.new;
    const shown = { ...bucket, ...found, carried, count };
    const rates = {
      churnRate: carried === 0 ? null : found.ended / carried,
      churnRateWithNew: count === 0 ? null : found.ended / count,
    };
    carried = count - found.ended;
    return { ...shown, ...rates };
  });
}

function countCarried(scope: Scope, from: Date): Promise<number> {
  return scope.one(
    sql`
    select count(*) as carried
      from bursar.subscriptions
     where tenant_id = ${scope.tenant.id}::int and deleted_at is null
       and starts_at < ${at(from)}::text::timestamptz
       and (ends_at is null or ends_at > ${at(from)}::text::timestamptz)`,
    (row) => integer(row.carried),
  );
}

function countBuckets(scope: Scope, from: Date, buckets: readonly Bucket[]): Promise<Counted[]> {
  const begin = sql`${at(from)}::text::timestamptz`;
  return scope.many(
    sql`
    with bucket as (
      select * from jsonb_to_recordset(${json(buckets)}::text::jsonb)
        as bucket ("startsAt" timestamptz, "endsAt" timestamptz)
    ), viewed as (
      select s.starts_at, s.canceled_at, state.trial_ends_at,
             case when s.ends_at is not null then greatest(s.ends_at, s.starts_at) end as ends_at
        from bursar.subscriptions as s
        join bursar.subscription_states_at('infinity') as state on (state.tenant_id, state.id) = (s.tenant_id, s.id)
       where s.tenant_id = ${scope.tenant.id}::int
         and (s.starts_at >= ${begin} or s.ends_at is null or s.ends_at > ${begin})
    )
    select count(*) filter (where viewed.starts_at >= bucket."startsAt" and viewed.starts_at < bucket."endsAt"
                              and viewed.starts_at >= ${begin}) as new,
           count(*) filter (where viewed.ends_at >= bucket."startsAt" and viewed.ends_at < bucket."endsAt") as ended,
           count(*) filter (where viewed.starts_at < bucket."endsAt" and viewed.trial_ends_at >= bucket."startsAt"
                              and (viewed.ends_at is null or viewed.ends_at >= bucket."startsAt")
                              and (viewed.starts_at >= ${begin} or viewed.trial_ends_at > ${begin})) as trial,
           count(*) filter (where viewed.starts_at < bucket."endsAt" and viewed.ends_at >= bucket."startsAt") as grace,
           count(*) filter (where viewed.canceled_at >= bucket."startsAt" and viewed.canceled_at < bucket."endsAt") as canceled
      from bucket
      left join viewed on true
     group by bucket."startsAt"
     order by bucket."startsAt"`,
    (row) => ({
      new: integer(row.new),
      ended: integer(row.ended),
      trial: integer(row.trial),
      grace: integer(row.grace),
      canceled: integer(row.canceled),
    }),
  );
}
