/** What was paid for bringing customers in, what was taken back of it, and who earned most by it. */
import { z } from 'zod';
import { type Money, moneyOf } from '../../catalog/index.ts';
import {
  at,
  type Bucket,
  integer,
  json,
  type Row,
  readInput,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { type Months, monthRows, monthsShape, readMonths, spanOf } from '../months.ts';

export type SumRewards = Months & {
  /** How many sponsors are named of each unit: 1 to 100, 5 unless said. */
  readonly sponsors?: number | undefined;
};

export type RewardMonth = Bucket & {
  /** How many were paid in it. */
  readonly count: number;
  /** Of rewards that were paid in it, those among them that count only later. Never lowered by what is taken back. */
  readonly paid: Money;
  /** What reversals asked back in it, whenever that was paid. It is collected, written off or still outstanding. */
  readonly reversed: Money;
  /** Of `reversed`: what was there to be taken, at once or since. */
  readonly collected: Money;
  /** Of `reversed`: what an operator has stopped asking for. */
  readonly writtenOff: Money;
  /** Of `reversed`: what is still asked for now. */
  readonly outstanding: Money;
};

export type TopSponsor = {
  readonly customer: string;
  /** What was paid to them as upline in these months, less what was asked back of them as upline in these months. */
  readonly earned: Money;
  /** How many of those rewards they were paid. */
  readonly count: number;
};

export type RewardSeries = {
  readonly unit: string;
  readonly months: readonly RewardMonth[];
  /** What is still asked for now, of all reversals there ever were. */
  readonly outstanding: Money;
  /** Who earned most first; of those who earned the same, by their ids. Only who earned something. */
  readonly sponsors: readonly TopSponsor[];
};

export const rewardsShape = {
  ...monthsShape,
  sponsors: z.int().min(1).max(100).optional(),
};

const rewardsInput = z.strictObject(rewardsShape);

type Summed = Record<'count' | 'paid' | 'reversed' | 'writtenOff' | 'outstanding', number>;
type Asked = { readonly months: readonly Bucket[]; readonly units: string };

const nothing: Summed = { count: 0, paid: 0, reversed: 0, writtenOff: 0, outstanding: 0 };

/**
 * Rewards per unit and calendar month; of units with rewards in these months or something outstanding, or of the one that is
 * named. Amounts are what was agreed when they were paid, whatever became of the grants. Writes nothing.
 *
 * @throws {ValidationError} Names each field that cannot be read. @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function sumRewards(scope: Scope, input: SumRewards = {}): Promise<RewardSeries[]> {
  const { sponsors: limit = 5, unit, ...rest } = readInput(rewardsInput, input);
  const months = readMonths(scope, { ...rest, unit });
  const known = unit === undefined ? Object.keys(scope.ports.catalog.units) : [unit];
  const asked = { months, units: json(known) };
  const sums = await sumMonths(scope, asked);
  const open = await sumOutstanding(scope, asked);
  const sponsors = await topSponsors(scope, asked, limit);
  const shown = unit === undefined ? [...sums.map((one) => one.unit), ...open.keys()] : [unit];
  return [...new Set(shown)].sort().map((key) => ({
    unit: key,
    months: months.map((month, place) => {
      const found = sums.find((one) => one.unit === key && one.place === place)?.sums ?? nothing;
      return { ...month, ...monthOf(scope, key, found) };
    }),
    outstanding: moneyOf(scope, key, open.get(key) ?? 0),
    sponsors: sponsors
      .filter((one) => one.unit === key)
      .map(({ customer, earned, count }) => ({
        ...{ customer, earned: moneyOf(scope, key, earned), count },
      })),
  }));
}

function monthOf(scope: Scope, unit: string, sums: Summed): Omit<RewardMonth, keyof Bucket> {
  const money = (amount: number) => moneyOf(scope, unit, amount);
  const { count, paid, reversed, writtenOff, outstanding } = sums;
  return {
    ...{ count, paid: money(paid), reversed: money(reversed) },
    collected: money(reversed - writtenOff - outstanding),
    ...{ writtenOff: money(writtenOff), outstanding: money(outstanding) },
  };
}

function sumMonths(scope: Scope, { months, units }: Asked) {
  return scope.many(
    sql`
    with month as (${monthRows(months)}
    )
    select event.unit, month.place, count(*) filter (where reward.amount > 0) as count,
           coalesce(sum(reward.amount) filter (where reward.amount > 0), 0) as paid,
           coalesce(sum(0 - reward.amount) filter (where reward.amount < 0), 0) as reversed,
           sum(reward.written_off) as written_off, sum(reward.outstanding) as outstanding
      from month
      join bursar.rewards as reward on reward.created_at >= month.starts_at and reward.created_at < month.ends_at
      join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
     where reward.tenant_id = ${scope.tenant.id}::int and ${units}::text::jsonb @> to_jsonb(event.unit)
     group by event.unit, month.place`,
    (row) => ({ unit: text(row.unit), place: integer(row.place), sums: readSums(row) }),
  );
}

function readSums(row: Row): Summed {
  return {
    ...{ count: integer(row.count), paid: integer(row.paid), reversed: integer(row.reversed) },
    ...{ writtenOff: integer(row.written_off), outstanding: integer(row.outstanding) },
  };
}

/** Of all time; there is an index of what is outstanding. */
async function sumOutstanding(scope: Scope, { units }: Asked): Promise<Map<string, number>> {
  const rows = await scope.many(
    sql`
    select event.unit, sum(reward.outstanding) as outstanding
      from bursar.rewards as reward
      join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
     where reward.tenant_id = ${scope.tenant.id}::int and reward.outstanding > 0
       and ${units}::text::jsonb @> to_jsonb(event.unit)
     group by event.unit`,
    (row) => [text(row.unit), integer(row.outstanding)] as const,
  );
  return new Map(rows);
}

function topSponsors(scope: Scope, { months, units }: Asked, limit: number) {
  const { from, until } = spanOf(months);
  return scope.many(
    sql`
    with earned as (
      select event.unit, customer.external_id as customer, sum(reward.amount) as earned,
             count(*) filter (where reward.amount > 0) as count
        from bursar.rewards as reward
        join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
        join bursar.customers as customer on (customer.tenant_id, customer.id) = (reward.tenant_id, reward.customer_id)
       where reward.tenant_id = ${scope.tenant.id}::int and reward.kind = 'upline'
         and reward.created_at >= ${at(from)}::text::timestamptz and reward.created_at < ${at(until)}::text::timestamptz
         and ${units}::text::jsonb @> to_jsonb(event.unit)
       group by event.unit, customer.external_id
      having sum(reward.amount) > 0
    ), placed as (
      select *, row_number() over (partition by unit order by earned desc, customer collate "C") as place from earned
    )
    select unit, customer, earned, count from placed where place <= ${limit}::int order by unit, place`,
    (row) => ({
      ...{ unit: text(row.unit), customer: text(row.customer) },
      ...{ earned: integer(row.earned), count: integer(row.count) },
    }),
  );
}
