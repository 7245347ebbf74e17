/** Monthly recurring revenue over time, one series per currency, and what moved it (SPEC 16.6, 16.7). */
import { type Money, moneyOf } from '../../catalog/index.ts';
import {
  at,
  type Bucket,
  integer,
  json,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { readSeries, type Series } from '../input.ts';

export type RecurringRevenue = Series & {
  /** Paused subscriptions count until they end, unless this says `exclude`. */
  paused?: 'include' | 'exclude' | undefined;
};

export type RevenueBucket = Bucket & {
  /** What those that are alive at its end, and not on trial, pay per month. */
  readonly mrr: Money;
  /** Of that, without those whose end was set by then. */
  readonly committed: Money;
  /** Of customers who had never paid before. */
  readonly new: Money;
  /** Of customers who pay more than at its start. */
  readonly expansion: Money;
  /** Of customers who pay less; below zero. */
  readonly contraction: Money;
  /** Of customers who pay nothing any more; below zero. */
  readonly churned: Money;
  /** Of customers who pay again. */
  readonly reactivated: Money;
};

/** One currency's buckets. The five movements of a bucket add up to what it has more than the one before. */
export type RevenueSeries = {
  readonly currency: string;
  readonly buckets: readonly RevenueBucket[];
};

const movements = ['new', 'expansion', 'contraction', 'churned', 'reactivated'] as const;
type Movement = (typeof movements)[number];
type Sums = Record<Movement | 'mrr' | 'committed' | 'before', number>;

/**
 * Counts `bursar.priced_terms` at the end of each bucket. Each sum is exact and rounded once, half up; what rounding leaves
 * between the movements and the difference is put on the largest of them. Writes nothing.
 * @throws {ValidationError} Names each field that cannot be read.
 */
export async function recurringRevenue(
  scope: Scope,
  input: RecurringRevenue = {},
): Promise<RevenueSeries[]> {
  const { buckets } = readSeries(input, { now: scope.now, further: ['paused'] });
  const rows = await sumBuckets(scope, buckets, input.paused === 'exclude');
  const currencies = [...new Set(rows.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    let before = own.find(({ bucket }) => bucket === 1)?.sums.before ?? 0;
    return {
      currency,
      buckets: buckets.map((bucket, index) => {
        const sums = own.find((row) => row.bucket === index + 1)?.sums ?? nothing;
        const shown = balanced(sums, sums.mrr - before);
        before = sums.mrr;
        return { ...bucket, ...moneys(scope, currency, shown) };
      }),
    };
  });
}

const nothing: Sums = {
  ...{ mrr: 0, committed: 0, before: 0 },
  ...{ new: 0, expansion: 0, contraction: 0, churned: 0, reactivated: 0 },
};

/** Five movements are off by half a unit each at most, and the difference by one: more than that is no rounding. */
const residueMax = 3;

function balanced(sums: Sums, difference: number): Sums {
  const explained = movements.reduce((sum, one) => sum + sums[one], 0);
  const residue = difference - explained;
  if (Math.abs(residue) > residueMax)
    throw new Error(`Movements of ${explained} do not explain a difference of ${difference}.`);
  const [largest = 'new'] = [...movements].sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a]));
  return { ...sums, [largest]: sums[largest] + residue };
}

function moneys(scope: Scope, currency: string, sums: Sums) {
  const money = (amount: number) => moneyOf(scope, currency, amount === 0 ? 0 : amount);
  return {
    ...{ mrr: money(sums.mrr), committed: money(sums.committed), new: money(sums.new) },
    ...{ expansion: money(sums.expansion), contraction: money(sums.contraction) },
    ...{ churned: money(sums.churned), reactivated: money(sums.reactivated) },
  };
}

type Summed = { readonly bucket: number; readonly currency: string; readonly sums: Sums };

/** The last millisecond before each edge: what ends at a bucket's end is still alive in it. */
function sumBuckets(
  scope: Scope,
  buckets: readonly Bucket[],
  isWithoutPaused: boolean,
): Promise<Summed[]> {
  const edges = [buckets[0]?.startsAt ?? scope.now, ...buckets.map(({ endsAt }) => endsAt)].map(
    (edge, bucket) => ({ bucket, moment: at(new Date(edge.getTime() - 1)) }),
  );
  const tenant = sql`${scope.tenant.id}::int`;
  return scope.many(
    sql`
    with edge as (
      select * from jsonb_to_recordset(${json(edges)}::text::jsonb) as edge (bucket int, moment timestamptz)
    ), paying as (
      select edge.bucket, priced.customer_id, priced.currency, sum(priced.monthly) as monthly,
             coalesce(sum(priced.monthly) filter (where priced.ends_at is null or priced.canceled_at > edge.moment), 0) as committed
        from edge
        join bursar.priced_terms as priced
          on priced.tenant_id = ${tenant} and priced.pays_from <= edge.moment
         and coalesce(priced.pays_until, 'infinity') > edge.moment
       where not ${isWithoutPaused}::boolean or not exists (
               select 1 from bursar.subscription_states_at(edge.moment) as state
                where (state.tenant_id, state.id) = (${tenant}, priced.subscription_id) and state.paused)
       group by 1, 2, 3
    ), first as (
      select customer_id, currency, min(pays_from) as paid_from
        from bursar.priced_terms where tenant_id = ${tenant} group by 1, 2
    ), moved as (
      select coalesce(after.bucket, before.bucket + 1) as bucket,
             coalesce(after.customer_id, before.customer_id) as customer_id,
             coalesce(after.currency, before.currency) as currency,
             coalesce(before.monthly, 0) as before, coalesce(after.monthly, 0) as after,
             coalesce(after.committed, 0) as committed
        from paying as after
        full join paying as before
          on (before.bucket, before.customer_id, before.currency) = (after.bucket - 1, after.customer_id, after.currency)
    )
    select moved.bucket, moved.currency, round(sum(after)) as mrr, round(sum(committed)) as committed,
           round(sum(before)) as before,
           round(coalesce(sum(after) filter (where before = 0 and first.paid_from > start.moment), 0)) as new,
           round(coalesce(sum(after) filter (where before = 0 and first.paid_from <= start.moment), 0)) as reactivated,
           round(coalesce(sum(after - before) filter (where before > 0 and after > before), 0)) as expansion,
           round(coalesce(sum(after - before) filter (where after > 0 and after < before), 0)) as contraction,
           round(coalesce(sum(-before) filter (where after = 0 and before > 0), 0)) as churned
      from moved
      join edge as start on start.bucket = moved.bucket - 1
      join first on (first.customer_id, first.currency) = (moved.customer_id, moved.currency)
     where moved.bucket between 1 and ${buckets.length}::int
     group by 1, 2`,
    readSums,
  );
}

function readSums(row: Row): Summed {
  const sum = (name: keyof Sums) => integer(row[name]);
  return {
    bucket: integer(row.bucket),
    currency: text(row.currency),
    sums: {
      ...{ mrr: sum('mrr'), committed: sum('committed'), before: sum('before'), new: sum('new') },
      ...{ expansion: sum('expansion'), contraction: sum('contraction') },
      ...{ churned: sum('churned'), reactivated: sum('reactivated') },
    },
  };
}
