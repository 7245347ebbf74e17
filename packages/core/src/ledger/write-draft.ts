/** Writing back what a draft has changed: one statement, under the balance's lock. */
import { at, integer, json, type Scope, type Statement, sql } from '../kernel/index.ts';
import { type Draft, UNWRITTEN } from './draft.ts';
import { foresee } from './foresee.ts';
import { imprint } from './load-draft.ts';
import { announceDraft } from './news.ts';
import type { Opened } from './open-balances.ts';
import { trimToQuotas } from './reconcile.ts';
import { drawJson, entryJson, grantJson, legJson } from './wire-rows.ts';

/**
 * Writes all that the draft has changed, then queues its news; nothing changed, nothing written. Needs the balance's lock.
 * @param isNewPlan What feeds it has changed: figures read before are old, even if nothing else is written.
 */
export async function writeDraft(
  scope: Scope,
  { draft, outlook, loaded, row }: Opened,
  isNewPlan = false,
): Promise<void> {
  trimToQuotas(draft, outlook.plan);
  foresee(draft, outlook);
  if (imprint(draft) === loaded && !isNewPlan) return;
  const isDueAnew = draft.balance.validUntil.getTime() !== row.validUntil.getTime();
  if (isNewPlan || isDueAnew || draft.isRegranted) draft.balance.epoch += 1;
  await numberGrants(scope, draft);
  await scope.run(writeStatement(scope, draft));
  await announceDraft(scope, draft);
}

/** Gives the grants made in memory their real ids. */
async function numberGrants(scope: Scope, draft: Draft): Promise<void> {
  const made = draft.nextGrantId - UNWRITTEN;
  if (made === 0) return;
  const ids = await scope.many(
    sql`select nextval(pg_get_serial_sequence('bursar.grants', 'id')) as id from generate_series(1, ${made}::int)`,
    (row) => integer(row.id),
  );
  const real = (id: number) => (id < UNWRITTEN ? id : (ids[id - UNWRITTEN] ?? id));
  for (const grant of draft.grants) if (grant.id >= UNWRITTEN) draft.madeGrants.push(grant);
  for (const grant of draft.grants) grant.id = real(grant.id);
  for (const draw of draft.draws) draw.grantId = real(draw.grantId);
  for (const { facts } of draft.entries)
    if (facts.grantId !== undefined) facts.grantId = real(facts.grantId);
}

function writeStatement(scope: Scope, draft: Draft): Statement {
  const { balance } = draft;
  const { cap } = balance;
  const tenant = scope.tenant.id;
  const made = draft.madeGrants;
  const kept = draft.grants.filter((grant) => !made.includes(grant));
  return sql`
    with made as (
      insert into bursar.grants (tenant_id, id, balance_id, source, reference, amount, free, removed, priority, effective_at,
                                 expires_at, open, closed_at, voided_at, unlimited, created_at)
      overriding system value
      select ${tenant}::int, id, ${balance.id}::bigint, source, reference, amount, free, removed, priority, effective_at,
             expires_at, open, closed_at, voided_at, unlimited, created_at
        from jsonb_populate_recordset(null::bursar.grants, ${json(made.map(grantJson))}::text::jsonb)
    ), moved as (
      update bursar.grants as g
         set free = one.free, removed = one.removed, expires_at = one.expires_at, open = one.open, closed_at = one.closed_at,
             voided_at = one.voided_at
        from jsonb_populate_recordset(null::bursar.grants, ${json(kept.map(grantJson))}::text::jsonb) as one
       where (g.tenant_id, g.id) = (${tenant}::int, one.id)
         and (g.free, g.removed, g.open, g.expires_at, g.closed_at, g.voided_at)
             is distinct from (one.free, one.removed, one.open, one.expires_at, one.closed_at, one.voided_at)
    ), drawn as (
      insert into bursar.draws (tenant_id, balance_id, grant_id, from_position, to_position)
      select ${tenant}::int, ${balance.id}::bigint, grant_id, from_position, to_position
        from jsonb_populate_recordset(null::bursar.draws, ${json(draft.newDraws.map(drawJson))}::text::jsonb)
    ), booked as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
                                  counter, counter_balance_id, counter_sequence, of_sequence, grant_id, feature_id, cost,
                                  used_by_id, reference_type, reference_id, key, key_attempt, request_hash, happened_at, booked_at)
      select ${tenant}::int, ${balance.id}::bigint, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
             counter, counter_balance_id, counter_sequence, of_sequence, grant_id, feature_id, cost,
             used_by_id, reference_type, reference_id, key, key_attempt, request_hash, happened_at, ${at(scope.now)}::text::timestamptz
        from jsonb_populate_recordset(null::bursar.entries, ${json(draft.entries.map(entryJson))}::text::jsonb)
    ), legs as (
      update bursar.hold_legs as leg
         set captured = one.captured, released = one.released, open = one.open, expires_at = one.expires_at
        from jsonb_populate_recordset(null::bursar.hold_legs, ${json(draft.legs.map(legJson))}::text::jsonb) as one
       where (leg.tenant_id, leg.hold_id, leg.leg) = (${tenant}::int, one.hold_id, one.leg)
         and (leg.captured, leg.released, leg.open, leg.expires_at)
             is distinct from (one.captured, one.released, one.open, one.expires_at)
      returning leg.hold_id, leg.open, leg.expires_at
    ), expired as (
      update bursar.holds as hold
         set state = 'expired', closed_at = ${at(draft.now)}::text::timestamptz
        from legs
       where (hold.tenant_id, hold.id) = (${tenant}::int, legs.hold_id) and hold.state = 'open'
         and not legs.open and legs.expires_at <= ${at(draft.now)}::text::timestamptz
    )
    update bursar.balances
       set settled = ${balance.settled}::bigint, held = ${balance.held}::bigint, drawn = ${balance.drawn}::bigint,
           attributed = ${balance.attributed}::bigint, mark = ${balance.mark}::bigint, floor = ${balance.floor}::bigint,
           ceiling = ${balance.ceiling}::bigint, debt = ${balance.debt}::bigint, cap_left = ${balance.capLeft}::bigint,
           cap_max = ${cap?.max ?? null}::bigint, cap_since = ${at(cap?.since ?? null)}::text::timestamptz,
           cap_from = ${cap?.from ?? null}::bigint, cap_returned = ${cap?.returned ?? null}::bigint,
           sequence = ${balance.sequence}::bigint, own_limits = ${balance.ownLimits}::boolean, frozen = ${balance.frozen}::boolean,
           valid_until = ${at(balance.validUntil)}::text::timestamptz, epoch = ${balance.epoch}::int,
           changed_at = ${at(balance.changedAt)}::text::timestamptz
     where (tenant_id, id) = (${tenant}::int, ${balance.id}::bigint)`;
}
