/**
 * Reading a balance into a draft, under its lock or not, and writing back what a draft has changed.
 *
 * Locks are statements of their own, before what relies on them: a statement that waits for a lock itself
 * would read grants from before the wait. Reads come as one statement, so that they see one moment.
 */
import { type UnitSpec, findUnitId, unitIdOf, unitOf } from '../catalog/index.ts';
import type { CustomerRow } from '../customers/index.ts';
import {
  at,
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  json,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import { catchUp, foresee, type Outlook } from './catch-up.ts';
import {
  type BalanceRow,
  type Draft,
  type DrawRow,
  type EntryRow,
  type GrantRow,
  later,
  type LegRow,
  type Stretch,
  UNWRITTEN,
  untouched,
} from './draft.ts';
import { nextEpoch } from './epoch.ts';
import { announceDraft } from './news.ts';
import type { BalancePlan } from './plan.ts';

/** A draft with what it was made from. */
export type Opened = {
  readonly draft: Draft;
  readonly outlook: Outlook;
  readonly exists: boolean;
  /** What the draft was when it was read; to see whether there is anything to write. */
  readonly loaded: string;
  /** The row's `valid_until` when it was read. */
  readonly epoch: Date;
};

export type OpenInput = {
  readonly customer: CustomerRow;
  readonly unit: string;
  /** Draw positions whose payers are needed, for a give-back or a release. */
  readonly stretches?: readonly Stretch[] | undefined;
};

/** The balance as it is at the scope's now, caught up in memory. Writes nothing, locks nothing. */
export async function projectBalance(scope: Scope, input: OpenInput): Promise<Opened> {
  const unit = unitOf(scope, input.unit);
  const now = scope.now;
  const plan = await scope.ports.planOf(scope, { customer: input.customer, unit: input.unit, now, lock: false });
  const unitId = (await findUnitId(scope, input.unit)) ?? 0;
  const ids = { customerId: input.customer.id, unitId };
  const draft = await load(scope, input, { plan, ids, now });
  if (!draft) return finish(input, unit, plan, blank(input, ids, now), false);
  if (draft.balance.changedAt <= now) return finish(input, unit, plan, draft, true);
  return projectAhead(scope, input, { ids, now: draft.balance.changedAt });
}

/** Another process booked later than our clock: its moment is the earliest that can be answered for. */
async function projectAhead(scope: Scope, input: OpenInput, { ids, now }: { ids: Ids; now: Date }): Promise<Opened> {
  const { customer, unit } = input;
  const plan = await scope.ports.planOf(scope, { customer, unit, now, lock: false });
  const draft = await load(scope, input, { plan, ids, now });
  return finish(input, unitOf(scope, unit), plan, draft ?? blank(input, ids, now), draft !== null);
}

/**
 * Locks the balances of one customer in these units, in id order, making those that do not exist, and catches
 * them up in memory. Needs an open transaction in which the customer's row is locked already.
 */
export async function openBalances(scope: Scope, inputs: readonly OpenInput[]): Promise<Opened[]> {
  const planned = [];
  for (const input of inputs) {
    const { customer, unit } = input;
    const plan = await scope.ports.planOf(scope, { customer, unit, now: scope.now, lock: true });
    planned.push({ input, plan, unitId: await unitIdOf(scope, unit) });
  }
  const keys = planned.map(({ input, unitId }) => ({ customerId: input.customer.id, unitId }));
  const changed = await lockBalances(scope, keys);
  const opened = [];
  for (const { input, plan, unitId } of planned) {
    const ids = { customerId: input.customer.id, unitId };
    const now = later(scope.now, changed.get(`${ids.customerId}/${unitId}`) ?? scope.now);
    const current = now > scope.now ? await replan(scope, input, now) : plan;
    const draft = await load(scope, input, { plan: current, ids, now });
    if (!draft) throw new Error('A balance that was locked cannot be read.');
    opened.push(finish(input, unitOf(scope, input.unit), current, draft, true));
  }
  return opened;
}

/** As `openBalances`, of one unit. */
export async function openBalance(scope: Scope, input: OpenInput): Promise<Opened> {
  const [opened] = await openBalances(scope, [input]);
  if (!opened) throw new Error('A balance that was asked for was not opened.');
  return opened;
}

/** Another process booked later than our clock: the plan is read again for that moment, its rows being locked already. */
function replan(scope: Scope, input: OpenInput, now: Date): Promise<BalancePlan> {
  return scope.ports.planOf(scope, { customer: input.customer, unit: input.unit, now, lock: true });
}

function finish(input: OpenInput, unit: UnitSpec, plan: BalancePlan, draft: Draft, exists: boolean): Opened {
  const outlook = { unit, plan, frozen: input.customer.frozenAt !== null };
  const loaded = imprint(draft);
  const epoch = draft.balance.validUntil;
  catchUp(draft, outlook);
  return { draft, outlook, exists, loaded, epoch };
}

type Ids = { readonly customerId: number; readonly unitId: number };

async function lockBalances(scope: Scope, keys: readonly Ids[]): Promise<Map<string, Date>> {
  const wanted = json(keys);
  await scope.run(sql`
    insert into bursar.balances (tenant_id, customer_id, unit_id, valid_until, changed_at)
    select ${scope.tenant.id}::int, key."customerId", key."unitId", 'epoch'::timestamptz, '-infinity'::timestamptz
      from jsonb_to_recordset(${wanted}::text::jsonb) as key ("customerId" bigint, "unitId" int)
     where not exists (
       select from bursar.balances as balance
        where (balance.tenant_id, balance.customer_id, balance.unit_id)
            = (${scope.tenant.id}::int, key."customerId", key."unitId"))
    on conflict do nothing`);
  const rows = await scope.many(
    sql`
    select balance.customer_id, balance.unit_id, balance.changed_at
      from bursar.balances as balance
      join jsonb_to_recordset(${wanted}::text::jsonb) as key ("customerId" bigint, "unitId" int)
        on (balance.customer_id, balance.unit_id) = (key."customerId", key."unitId")
     where balance.tenant_id = ${scope.tenant.id}::int
     order by balance.id
       for no key update of balance`,
    (row) => [`${integer(row.customer_id)}/${integer(row.unit_id)}`, instant(row.changed_at)] as const,
  );
  return new Map(rows);
}

async function load(
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
    grants: document<Row[]>(row.grants).map(readGrant),
    legs: document<Row[]>(row.legs).map(readLeg),
    draws,
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
      select drawn_to - amount, drawn_to from legs where expires_at <= ${at(now)}::text::timestamptz
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
    )
    select to_jsonb(balance) as balance,
           (select coalesce(jsonb_agg(to_jsonb(grants) order by grants.id), '[]') from grants) as grants,
           (select coalesce(jsonb_agg(to_jsonb(legs) order by legs.sequence), '[]') from legs) as legs,
           (select coalesce(jsonb_agg(to_jsonb(draws) order by draws.from_position), '[]') from draws) as draws
      from balance`;
}

function blank(input: OpenInput, ids: Ids, now: Date): Draft {
  return {
    unit: input.unit,
    customer: input.customer.externalId,
    now,
    balance: untouched(ids),
    grants: [],
    legs: [],
    draws: [],
    entries: [],
    newDraws: [],
    news: [],
    madeGrants: [],
    nextGrantId: UNWRITTEN,
  };
}

/** Writes all that the draft has changed, then queues its news; nothing changed, nothing written. Needs the balance's lock. */
export async function writeDraft(scope: Scope, { draft, outlook, loaded, epoch }: Opened): Promise<void> {
  foresee(draft, outlook);
  draft.balance.validUntil = nextEpoch(draft, { base: draft.balance.validUntil, before: epoch });
  if (imprint(draft) === loaded) return;
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
  for (const { facts } of draft.entries) if (facts.grantId !== undefined) facts.grantId = real(facts.grantId);
}

/** What a draft would write, as text: equal before and after means nothing to write. */
function imprint(draft: Draft): string {
  return json([draft.balance, draft.grants, draft.legs, draft.entries.length, draft.newDraws.length]);
}

function writeStatement(scope: Scope, draft: Draft): Statement {
  const { balance } = draft;
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
           sequence = ${balance.sequence}::bigint, own_limits = ${balance.ownLimits}::boolean,
           valid_until = ${at(balance.validUntil)}::text::timestamptz, changed_at = ${at(balance.changedAt)}::text::timestamptz
     where (tenant_id, id) = (${tenant}::int, ${balance.id}::bigint)`;
}

function grantJson(grant: GrantRow): object {
  return {
    id: grant.id,
    source: grant.source,
    reference: grant.reference,
    amount: grant.amount,
    free: grant.free,
    removed: grant.removed,
    priority: grant.priority,
    effective_at: at(grant.effectiveAt),
    expires_at: at(grant.expiresAt),
    open: grant.open,
    closed_at: at(grant.closedAt),
    voided_at: at(grant.voidedAt),
    unlimited: grant.unlimited,
    created_at: at(grant.createdAt),
  };
}

function drawJson(draw: DrawRow): object {
  return { grant_id: draw.grantId, from_position: draw.from, to_position: draw.to };
}

function entryJson(entry: EntryRow): object {
  const { facts } = entry;
  return {
    sequence: entry.sequence,
    kind: entry.kind,
    amount: entry.amount,
    held_amount: entry.heldAmount,
    settled_after: entry.settledAfter,
    held_after: entry.heldAfter,
    drawn_to: entry.drawnTo,
    counter: facts.counter ?? null,
    counter_balance_id: facts.counterBalanceId ?? null,
    counter_sequence: facts.counterSequence ?? null,
    of_sequence: facts.ofSequence ?? null,
    grant_id: facts.grantId ?? null,
    feature_id: facts.featureId ?? null,
    cost: facts.cost ?? null,
    used_by_id: facts.usedById ?? null,
    reference_type: facts.reference?.type ?? null,
    reference_id: facts.reference?.id ?? null,
    key: facts.key ?? null,
    key_attempt: facts.keyAttempt ?? 0,
    request_hash: facts.requestHash?.toString() ?? null,
    happened_at: at(entry.happenedAt),
  };
}

function legJson(leg: LegRow): object {
  return {
    hold_id: leg.holdId,
    leg: leg.leg,
    captured: leg.captured,
    released: leg.released,
    open: leg.open,
    expires_at: at(leg.expiresAt),
  };
}

/** A balance's row, from a statement or from JSON. */
export function readBalanceRow(row: Row): BalanceRow {
  return {
    id: integer(row.id),
    customerId: integer(row.customer_id),
    unitId: integer(row.unit_id),
    settled: integer(row.settled),
    held: integer(row.held),
    drawn: integer(row.drawn),
    attributed: integer(row.attributed),
    mark: integer(row.mark),
    floor: integer(row.floor),
    ceiling: integer(row.ceiling),
    debt: integer(row.debt),
    capLeft: integerOrNull(row.cap_left),
    sequence: integer(row.sequence),
    ownLimits: flag(row.own_limits),
    validUntil: instant(row.valid_until),
    changedAt: instant(row.changed_at),
  };
}

function readGrant(row: Row): GrantRow {
  return {
    id: integer(row.id),
    source: text(row.source),
    reference: textOrNull(row.reference),
    amount: integer(row.amount),
    free: integer(row.free),
    removed: integer(row.removed),
    priority: integer(row.priority),
    effectiveAt: instant(row.effective_at),
    expiresAt: instantOrNull(row.expires_at),
    open: flag(row.open),
    closedAt: instantOrNull(row.closed_at),
    voidedAt: instantOrNull(row.voided_at),
    unlimited: flag(row.unlimited),
    createdAt: instant(row.created_at),
  };
}

function readDraw(row: Row): DrawRow {
  return { grantId: integer(row.grant_id), from: integer(row.from_position), to: integer(row.to_position) };
}

function readLeg(row: Row): LegRow {
  return {
    holdId: text(row.hold_id),
    leg: integer(row.leg),
    sequence: integer(row.sequence),
    drawnTo: integer(row.drawn_to),
    amount: integer(row.amount),
    captured: integer(row.captured),
    released: integer(row.released),
    cost: integer(row.cost),
    expiresAt: instantOrNull(row.expires_at),
    open: flag(row.open),
  };
}
