/** Reading a balance into a draft: one statement, so that it sees one moment. */
import type { CustomerRow } from '../customers/index.ts';
import { at, document, json, type Row, type Scope, type Statement, sql } from '../kernel/index.ts';
import { storedValue } from '../settings/index.ts';
import { type Draft, UNWRITTEN, untouched } from './draft.ts';
import { lowAtOf } from './low.ts';
import type { BalancePlan } from './plan.ts';
import type { Stretch } from './return-stretch.ts';
import { readBalanceRow, readDraw, readGrant, readLeg } from './rows.ts';

export type OpenInput = {
  readonly customer: CustomerRow;
  readonly unit: string;
  /** Draw positions whose payers are needed, for a give-back or a release. */
  readonly stretches?: readonly Stretch[] | undefined;
  /** Who pays what open holds reserve is needed too. */
  readonly withHeld?: boolean | undefined;
};

/** Which balance, by the ids of its customer and unit. */
export type Ids = { readonly customerId: number; readonly unitId: number };

/** The balance with everything a catch-up needs; `null` while nobody has touched it. */
export async function loadDraft(
  scope: Scope,
  input: OpenInput,
  at: { plan: BalancePlan; ids: Ids; now: Date },
): Promise<Draft | null> {
  const row = await scope.maybeOne(loadStatement(scope, input, at), (found) => found);
  if (!row) return null;
  const draws = document<Row[]>(row.draws).map(readDraw);
  return {
    ...blank(input, at.ids, at.now),
    balance: readBalanceRow(document<Row>(row.balance)),
    underway: row.underway === null ? null : document<NonNullable<Draft['underway']>>(row.underway),
    grants: document<Row[]>(row.grants).map(readGrant),
    legs: document<Row[]>(row.legs).map(readLeg),
    draws,
    lowAt: lowAtOf(scope, input.unit, row.low_at),
  };
}

/** Balance, grants that count or are asked for, open holds, and the draws a give-back needs: one moment, one row. */
function loadStatement(
  scope: Scope,
  input: OpenInput,
  { plan, ids, now }: { plan: BalancePlan; ids: Ids; now: Date },
): Statement {
  const references = plan.windows.flatMap((window) =>
    window.rollover ? [window.reference, window.rollover.from] : [window.reference],
  );
  return sql`
    with balance as materialized (
      select * from bursar.balances
       where (tenant_id, customer_id, unit_id) = (${scope.tenant.id}::int, ${ids.customerId}::bigint, ${ids.unitId}::int)
    ), legs as materialized (
      select leg.* from balance
        join bursar.hold_legs as leg on (leg.tenant_id, leg.balance_id) = (balance.tenant_id, balance.id)
       where leg.open
    ), stretches as (
      select "from", "to" from jsonb_to_recordset(${json(input.stretches ?? [])}::text::jsonb) as stretch ("from" bigint, "to" bigint)
      union all
      select drawn_to - amount, drawn_to from legs
       where ${input.withHeld === true}::boolean or expires_at <= ${at(now)}::text::timestamptz
    ), draws as materialized (
      select distinct draw.* from balance
        join bursar.draws as draw on (draw.tenant_id, draw.balance_id) = (balance.tenant_id, balance.id)
        join stretches on draw.from_position < stretches."to" and draw.to_position > stretches."from"
    ), wanted as (
      select reference from jsonb_array_elements_text(${json(references)}::text::jsonb) as reference
    ), grants as (
      select g.* from balance
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
       where g.open
      union
      select g.* from balance
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
       where not g.open and g.closed_at is null
      union
      select g.* from balance
       cross join wanted
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
         and g.source in ('plan', 'overage')
         and g.reference >= wanted.reference and g.reference < wanted.reference || '0'
      union
      select g.* from draws
        join bursar.grants as g on (g.tenant_id, g.id) = (draws.tenant_id, draws.grant_id)
    ), underway as (${underway(plan)}
    )
    select to_jsonb(balance) as balance,
           (select coalesce(jsonb_agg(to_jsonb(grants) order by grants.id), '[]') from grants) as grants,
           (select coalesce(jsonb_agg(to_jsonb(legs) order by legs.sequence), '[]') from legs) as legs,
           (select coalesce(jsonb_agg(to_jsonb(draws) order by draws.from_position), '[]') from draws) as draws,
           (select to_jsonb(underway) from underway) as underway,
           ${storedValue(scope, 'credits.warnAtOrBelow')} as low_at
      from balance`;
}

/**
 * What was drawn in the plan's sub-window, and came back of that, where the row does not tell: it has moved since the
 * sub-window began, and knows another or none.
 */
function underway({ subWindow }: BalancePlan): Statement {
  const since = sql`${at(subWindow?.startsAt ?? null)}::text::timestamptz`;
  return sql`
      select coalesce(before.drawn_to, 0) as "from",
             (select coalesce(sum(case when entry.kind = 'release' then 0 - entry.held_amount else entry.amount end), 0)
                from bursar.entries as entry
               where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
                 and least(entry.sequence, entry.of_sequence) > coalesce(before.sequence, 0) and entry.of_sequence is not null
                 and (entry.kind = 'release' or (entry.kind in ('give_back', 'reversal') and entry.amount > 0))) as returned
        from balance
        left join lateral (
          select entry.sequence, entry.drawn_to
            from bursar.entries as entry
           where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id) and entry.happened_at < ${since}
           order by entry.sequence desc
           limit 1
        ) as before on true
       where balance.changed_at >= ${since} and balance.cap_since is distinct from ${since}`;
}

/** A draft of a balance nobody has touched. */
export function blank(input: OpenInput, ids: Ids, now: Date): Draft {
  return {
    unit: input.unit,
    customer: input.customer.externalId,
    now,
    balance: untouched(ids),
    underway: null,
    grants: [],
    legs: [],
    draws: [],
    entries: [],
    newDraws: [],
    news: [],
    madeGrants: [],
    isRegranted: false,
    lowAt: null,
    topsUp: false,
    takesBack: false,
    nextGrantId: UNWRITTEN,
  };
}

/** What a draft would write, as text: equal before and after means nothing to write. */
export function imprint(draft: Draft): string {
  return json([
    draft.balance,
    draft.grants,
    draft.legs,
    draft.entries.length,
    draft.newDraws.length,
  ]);
}
