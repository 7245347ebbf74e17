/** Writing back what drafts have changed: one statement, under the locks of their balances. */
import { at, integer, json, type Scope, type Statement, sql } from '../kernel/index.ts';
import { type Draft, UNWRITTEN } from './draft.ts';
import { foresee } from './foresee.ts';
import { imprint } from './load-draft.ts';
import { noticeLow } from './low.ts';
import { announceDraft } from './news.ts';
import type { Opened } from './open-balances.ts';
import { trimToQuotas } from './reconcile.ts';
import { balanceJson, drawJson, entryJson, grantJson, legJson } from './wire-rows.ts';

/**
 * Writes all that the draft has changed, then queues its news; nothing changed, nothing written. Needs the balance's lock.
 * @param isNewPlan What feeds it has changed: figures read before are old, even if nothing else is written.
 */
export function writeDraft(scope: Scope, opened: Opened, isNewPlan = false): Promise<void> {
  return writeDrafts(scope, [opened], isNewPlan);
}

/** As `writeDraft`, of many balances by one statement. */
export async function writeDrafts(
  scope: Scope,
  all: readonly Opened[],
  isNewPlan = false,
): Promise<void> {
  const drafts: Draft[] = [];
  for (const { draft, outlook, loaded, row } of all) {
    trimToQuotas(draft, outlook.plan);
    foresee(draft, outlook);
    if (imprint(draft) === loaded && !isNewPlan) continue;
    const isDueAnew = draft.balance.validUntil.getTime() !== row.validUntil.getTime();
    noticeLow(draft, row.available);
    if (isNewPlan || isDueAnew || draft.isRegranted) draft.balance.epoch += 1;
    drafts.push(draft);
  }
  if (drafts.length === 0) return;
  await numberGrants(scope, drafts);
  await scope.run(writeStatement(scope, drafts));
  for (const draft of drafts) await announceDraft(scope, draft);
}

/** Gives the grants made in memory their real ids. */
async function numberGrants(scope: Scope, drafts: readonly Draft[]): Promise<void> {
  const made = drafts.reduce((sum, draft) => sum + draft.nextGrantId - UNWRITTEN, 0);
  if (made === 0) return;
  const ids = await scope.many(
    sql`select nextval(pg_get_serial_sequence('bursar.grants', 'id')) as id from generate_series(1, ${made}::int)`,
    (row) => integer(row.id),
  );
  for (const draft of drafts) {
    const own = ids.splice(0, draft.nextGrantId - UNWRITTEN);
    const real = (id: number) => (id < UNWRITTEN ? id : (own[id - UNWRITTEN] ?? id));
    for (const grant of draft.grants) if (grant.id >= UNWRITTEN) draft.madeGrants.push(grant);
    for (const grant of draft.grants) grant.id = real(grant.id);
    for (const draw of draft.draws) draw.grantId = real(draw.grantId);
    for (const { facts } of draft.entries)
      if (facts.grantId !== undefined) facts.grantId = real(facts.grantId);
  }
}

/** Rows of all drafts, each with its balance. */
function rowsOf(drafts: readonly Draft[], rows: (draft: Draft) => readonly object[]): string {
  return json(
    drafts.flatMap((draft) => rows(draft).map((row) => ({ ...row, balance_id: draft.balance.id }))),
  );
}

function writeStatement(scope: Scope, drafts: readonly Draft[]): Statement {
  const tenant = scope.tenant.id;
  const now = sql`${at(scope.now)}::text::timestamptz`;
  const made = rowsOf(drafts, ({ madeGrants }) => madeGrants.map(grantJson));
  const kept = rowsOf(drafts, ({ grants, madeGrants }) =>
    grants.filter((grant) => !madeGrants.includes(grant)).map(grantJson),
  );
  const draws = rowsOf(drafts, ({ newDraws }) => newDraws.map(drawJson));
  const entries = rowsOf(drafts, (draft) => draft.entries.map(entryJson));
  return sql`
    with made as (
      insert into bursar.grants (tenant_id, id, balance_id, source, reference, amount, free, removed, priority, effective_at,
                                 expires_at, open, closed_at, voided_at, unlimited, created_at)
      overriding system value
      select ${tenant}::int, id, balance_id, source, reference, amount, free, removed, priority, effective_at,
             expires_at, open, closed_at, voided_at, unlimited, created_at
        from jsonb_populate_recordset(null::bursar.grants, ${made}::text::jsonb)
    ), moved as (
      update bursar.grants as g
         set free = one.free, removed = one.removed, expires_at = one.expires_at, open = one.open, closed_at = one.closed_at,
             voided_at = one.voided_at,
             warned_for = case when g.expires_at is not distinct from one.expires_at then g.warned_for end
        from jsonb_populate_recordset(null::bursar.grants, ${kept}::text::jsonb) as one
       where (g.tenant_id, g.id) = (${tenant}::int, one.id)
         and (g.free, g.removed, g.open, g.expires_at, g.closed_at, g.voided_at)
             is distinct from (one.free, one.removed, one.open, one.expires_at, one.closed_at, one.voided_at)
    ), drawn as (
      insert into bursar.draws (tenant_id, balance_id, grant_id, from_position, to_position)
      select ${tenant}::int, balance_id, grant_id, from_position, to_position
        from jsonb_populate_recordset(null::bursar.draws, ${draws}::text::jsonb)
    ), booked as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
                                  counter, counter_balance_id, counter_sequence, of_sequence, grant_id, feature_id, cost,
                                  used_by_id, reference_type, reference_id, key, key_attempt, request_hash, happened_at, booked_at)
      select ${tenant}::int, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
             counter, counter_balance_id, counter_sequence, of_sequence, grant_id, feature_id, cost,
             used_by_id, reference_type, reference_id, key, key_attempt, request_hash, happened_at, ${now}
        from jsonb_populate_recordset(null::bursar.entries, ${entries}::text::jsonb)
    ), ${legsStatement(tenant, drafts)}
    update bursar.balances as balance
       set settled = one.settled, held = one.held, drawn = one.drawn, attributed = one.attributed, mark = one.mark,
           floor = one.floor, ceiling = one.ceiling, debt = one.debt, cap_left = one.cap_left, cap_max = one.cap_max,
           cap_since = one.cap_since, cap_from = one.cap_from, cap_returned = one.cap_returned,
           sequence = one.sequence, own_limits = one.own_limits, frozen = one.frozen, top_up_at = one.top_up_at, valid_until = one.valid_until,
           epoch = one.epoch, changed_at = one.changed_at
      from jsonb_populate_recordset(null::bursar.balances, ${json(drafts.map(balanceJson))}::text::jsonb) as one
     where (balance.tenant_id, balance.id) = (${tenant}::int, one.id)`;
}

/** Two parts of the statement: holds whose legs are all over by time alone end with them. */
function legsStatement(tenant: number, drafts: readonly Draft[]): Statement {
  const legs = rowsOf(drafts, (draft) =>
    draft.legs.map((leg) => ({ ...legJson(leg), closed_at: at(draft.now) })),
  );
  return sql`
    legs as (
      update bursar.hold_legs as leg
         set captured = one.captured, released = one.released, open = one.open, expires_at = one.expires_at
        from jsonb_to_recordset(${legs}::text::jsonb)
          as one (hold_id text, leg smallint, captured bigint, released bigint, open boolean, expires_at timestamptz,
                  closed_at timestamptz)
       where (leg.tenant_id, leg.hold_id, leg.leg) = (${tenant}::int, one.hold_id, one.leg)
         and (leg.captured, leg.released, leg.open, leg.expires_at)
             is distinct from (one.captured, one.released, one.open, one.expires_at)
      returning leg.hold_id, leg.open, leg.expires_at, one.closed_at
    ), expired as (
      update bursar.holds as hold
         set state = 'expired', closed_at = legs.closed_at
        from legs
       where (hold.tenant_id, hold.id) = (${tenant}::int, legs.hold_id) and hold.state = 'open'
         and not legs.open and legs.expires_at <= legs.closed_at
    )`;
}
