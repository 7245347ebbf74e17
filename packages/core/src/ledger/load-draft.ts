/** Reading a balance into a draft: one statement, so that it sees one moment. */
import type { CustomerRow } from '../customers/index.ts';
import {
  at,
  document,
  integer,
  json,
  type Row,
  type Scope,
  type Statement,
  sql,
} from '../kernel/index.ts';
import { type Draft, UNWRITTEN, untouched } from './draft.ts';
import { draftStatement, referencesOf } from './draft-statement.ts';
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
  return row && readDraft(scope, row, { ...at, input });
}

/** What is to be loaded beside others: nothing that a command needs more than catching up. */
export type Wanted = { readonly input: OpenInput; readonly plan: BalancePlan; readonly ids: Ids };

/** As `loadDraft` at the scope's now, of many in one statement; `null` in the place of one that does not exist. */
export async function loadDrafts(
  scope: Scope,
  wanted: readonly Wanted[],
): Promise<(Draft | null)[]> {
  const asked = wanted.map(({ plan, ids }, place) => ({
    ...{ place, customer_id: ids.customerId, unit_id: ids.unitId },
    ...{ wanted_references: referencesOf(plan), since: at(plan.subWindow?.startsAt ?? null) },
  }));
  const statement = draftStatement(scope, {
    ...{
      customerId: sql`asked.customer_id`,
      unitId: sql`asked.unit_id`,
      stretches: sql`'[]'::jsonb`,
    },
    ...{ withHeld: sql`false`, now: sql`${at(scope.now)}::text::timestamptz` },
    ...{ references: sql`asked.wanted_references`, since: sql`asked.since` },
  });
  const rows = await scope.many(
    sql`
    select asked.place, loaded.*
      from jsonb_to_recordset(${json(asked)}::text::jsonb)
        as asked (place int, customer_id bigint, unit_id int, wanted_references jsonb, since timestamptz)
     cross join lateral (${statement}) as loaded`,
    (row) => row,
  );
  const found = new Map(rows.map((row) => [integer(row.place), row]));
  return wanted.map((one, place) => {
    const row = found.get(place);
    return row ? readDraft(scope, row, { ...one, now: scope.now }) : null;
  });
}

function readDraft(
  scope: Scope,
  row: Row,
  { input, ids, now }: { input: OpenInput; ids: Ids; now: Date },
): Draft {
  const draws = document<Row[]>(row.draws).map(readDraw);
  return {
    ...blank(input, ids, now),
    balance: readBalanceRow(document<Row>(row.balance)),
    underway: row.underway === null ? null : document<NonNullable<Draft['underway']>>(row.underway),
    grants: document<Row[]>(row.grants).map(readGrant),
    legs: document<Row[]>(row.legs).map(readLeg),
    draws,
    lowAt: lowAtOf(scope, input.unit, row.low_at),
  };
}

function loadStatement(
  scope: Scope,
  input: OpenInput,
  { plan, ids, now }: { plan: BalancePlan; ids: Ids; now: Date },
): Statement {
  return draftStatement(scope, {
    ...{ customerId: sql`${ids.customerId}::bigint`, unitId: sql`${ids.unitId}::int` },
    stretches: sql`${json(input.stretches ?? [])}::text::jsonb`,
    withHeld: sql`${input.withHeld === true}::boolean`,
    now: sql`${at(now)}::text::timestamptz`,
    references: sql`${json(referencesOf(plan))}::text::jsonb`,
    since: sql`${at(plan.subWindow?.startsAt ?? null)}::text::timestamptz`,
  });
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
