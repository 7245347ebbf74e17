/**
 * Opening balances: caught up in memory, under their locks or only to be read.
 *
 * Locks are statements of their own, before what relies on them: a statement that waits for a lock itself
 * would read grants from before the wait.
 */
import { findUnitId, type UnitSpec, unitIdOf, unitOf } from '../catalog/index.ts';
import { count, instant, integer, json, type Scope, sql } from '../kernel/index.ts';
import { catchUp } from './catch-up.ts';
import { type Draft, later } from './draft.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { Outlook } from './foresee.ts';
import { blank, type Ids, imprint, loadDraft, type OpenInput } from './load-draft.ts';
import type { BalancePlan } from './plan.ts';

/** A draft with what it was made from. */
export type Opened = {
  readonly draft: Draft;
  readonly outlook: Outlook;
  readonly exists: boolean;
  /** What the draft was when it was read; to see whether there is anything to write. */
  readonly loaded: string;
  /** What the row said when it was read. */
  readonly row: Figures;
};

/** The balance as it is at the scope's now, caught up in memory. Writes nothing, locks nothing. */
export async function projectBalance(scope: Scope, input: OpenInput): Promise<Opened> {
  const unit = unitOf(scope, input.unit);
  const now = scope.now;
  const plan = await scope.ports.planOf(scope, {
    customer: input.customer,
    unit: input.unit,
    now,
    lock: false,
  });
  const unitId = (await findUnitId(scope, input.unit)) ?? 0;
  const ids = { customerId: input.customer.id, unitId };
  const draft = await loadDraft(scope, input, { plan, ids, now });
  if (!draft) return finish(input, unit, plan, blank(input, ids, now), false);
  if (draft.balance.changedAt <= now) return finish(input, unit, plan, draft, true);
  return projectAhead(scope, input, { ids, now: draft.balance.changedAt });
}

/** Another process booked later than our clock: its moment is the earliest that can be answered for. */
async function projectAhead(
  scope: Scope,
  input: OpenInput,
  { ids, now }: { ids: Ids; now: Date },
): Promise<Opened> {
  const { customer, unit } = input;
  const plan = await scope.ports.planOf(scope, { customer, unit, now, lock: false });
  const draft = await loadDraft(scope, input, { plan, ids, now });
  return finish(input, unitOf(scope, unit), plan, draft ?? blank(input, ids, now), draft !== null);
}

/**
 * Locks these balances, in id order, making those that do not exist, and catches them up in memory. Needs an open
 * transaction in which the rows of their customers are locked already.
 */
export async function openBalances(scope: Scope, inputs: readonly OpenInput[]): Promise<Opened[]> {
  const plans = await plansFor(scope, inputs, true);
  const planned = [];
  for (const [index, input] of inputs.entries()) {
    const plan = plans[index] as BalancePlan;
    planned.push({ input, plan, unitId: await unitIdOf(scope, input.unit) });
  }
  const keys = planned.map(({ input, unitId }) => ({ customerId: input.customer.id, unitId }));
  const changed = await lockBalances(scope, keys);
  const opened = [];
  for (const { input, plan, unitId } of planned) {
    const ids = { customerId: input.customer.id, unitId };
    const now = later(scope.now, changed.get(`${ids.customerId}/${unitId}`) ?? scope.now);
    const current = now > scope.now ? await replan(scope, input, now) : plan;
    const draft = await loadDraft(scope, input, { plan: current, ids, now });
    if (!draft) throw new Error('A balance that was locked cannot be read.');
    const one = finish(input, unitOf(scope, input.unit), current, draft, true);
    if (draft.entries.length > 0) count('catchUps', {});
    opened.push(one);
  }
  return opened;
}

/** What plans say of each of these balances now, in their order. */
export async function plansFor(
  scope: Scope,
  inputs: readonly OpenInput[],
  lock: boolean,
): Promise<readonly BalancePlan[]> {
  const { planOf, plansOf: ofAll } = scope.ports;
  const at = { now: scope.now, lock };
  if (ofAll && inputs.length > 1) return ofAll(scope, { ...at, asked: inputs });
  const plans = [];
  for (const { customer, unit } of inputs)
    plans.push(await planOf(scope, { ...at, customer, unit }));
  return plans;
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

function finish(
  input: OpenInput,
  unit: UnitSpec,
  plan: BalancePlan,
  draft: Draft,
  exists: boolean,
): Opened {
  const frozen = input.customer.frozenAt !== null || draft.balance.frozen;
  const outlook = { unit, plan, frozen };
  const loaded = imprint(draft);
  const row = figuresOf(draft.balance);
  catchUp(draft, outlook);
  return { draft, outlook, exists, loaded, row };
}

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
    (row) =>
      [`${integer(row.customer_id)}/${integer(row.unit_id)}`, instant(row.changed_at)] as const,
  );
  return new Map(rows);
}
