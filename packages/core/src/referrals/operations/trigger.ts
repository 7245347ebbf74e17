/**
 * Rewarding something that happened: whoever did it and who stands above, once.
 *
 * The event, its rewards, their grants and the news are one transaction. The event's own key is taken first, then the caps
 * of sponsors, then customers by name, then balances.
 */
import { audited } from '../../audit/index.ts';
import { type CustomerRow, ensureCustomer, lockCustomers } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import {
  addDuration,
  at,
  IdempotencyConflictError,
  newId,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { capped } from '../caps.ts';
import { type Payee, payRewards } from '../pay-rewards.ts';
import { type Payout, payoutOf } from '../payout.ts';
import {
  type EventRow,
  eventOf,
  type Reward,
  type RewardEvent,
  rewardOf,
  rewardsOf,
  selectEvents,
} from '../reward-rows.ts';
import { sharesOf } from '../shares.ts';
import type { TriggerSetting } from '../triggers.ts';
import { uplineOf } from '../upline.ts';

export type FireTrigger = {
  readonly alias: string;
  /** Who did it. */
  readonly customer: string;
  /** Stands in the place of the base amount that the trigger reads from the payload; without one, in the payout unit. */
  readonly amount?: number | undefined;
  readonly payload?: unknown;
  /** Unique per alias: what happened twice under one is rewarded once. A new one unless said. */
  readonly externalId?: string | undefined;
  readonly reason?: string | undefined;
};

export type Triggered = RewardEvent & {
  readonly rewards: readonly Reward[];
  /** It was triggered before; this is what came of it. */
  readonly replayed: boolean;
};

/**
 * Records the event and pays its rewards; of a trigger that is switched off it is only recorded, as skipped.
 * Announces `reward_event.processed` or `reward_event.skipped`, and `reward.paid` for each reward.
 *
 * @throws {TriggerUnknownError} @throws {ValidationError} The payload; nothing is written.
 * @throws {RateMissingError} The base amount cannot be converted; nothing is written.
 * @throws {IdempotencyConflictError} The external id is another customer's event, or one of another worth.
 */
export async function trigger(scope: Scope, input: FireTrigger): Promise<Triggered> {
  const payout = await payoutOf(scope, input);
  return audited(
    scope,
    input.reason,
    (inner) => inner.transaction((within) => recordOnce(within, input, payout)),
    ({ event, customer, trigger, replayed }) =>
      replayed
        ? null
        : {
            ...{ operation: 'referrals.trigger', customer, facts: { trigger } },
            subject: { type: 'reward_event', id: event },
          },
  );
}

async function recordOnce(scope: Scope, input: FireTrigger, payout: Payout): Promise<Triggered> {
  const { alias, externalId = newId('ext') } = input;
  const actor = await ensureCustomer(scope, { customer: input.customer });
  const event = await insertEvent(scope, { alias, externalId, actor, payout });
  if (event === null) return earlier(scope, { ...input, externalId }, payout);
  const { setting } = payout;
  const payees = setting ? await payeesOf(scope, { alias, actor, setting, payout }) : [];
  if (setting) await payRewards(scope, { event, alias, payees, ...termsOf(scope, setting) });
  await announce(scope, {
    type: setting ? 'reward_event.processed' : 'reward_event.skipped',
    customer: actor.externalId,
    subject: { type: 'reward_event', id: event },
    data: { event, trigger: alias, externalId, rewards: payees.length },
  });
  return answer(scope, await getEvent(scope, event), false);
}

function termsOf(scope: Scope, { unit, matures }: TriggerSetting) {
  const maturesAt = matures === undefined ? null : addDuration(scope.now, matures, 1, 'UTC');
  return { unit, maturesAt };
}

/** Null: it is there already. Whoever inserts it at the same time is waited for. */
function insertEvent(
  scope: Scope,
  event: { alias: string; externalId: string; actor: CustomerRow; payout: Payout },
): Promise<string | null> {
  const { base, setting } = event.payout;
  return scope.maybeOne(
    sql`
    insert into bursar.reward_events (tenant_id, id, alias, external_id, customer_id, status, base_amount, base_unit, unit,
                                      clawback, created_at)
    values (${scope.tenant.id}::int, ${newId('rev')}::text, ${event.alias}::text, ${event.externalId}::text,
            ${event.actor.id}::bigint, ${setting ? 'processed' : 'skipped'}::text, ${base?.amount ?? null}::bigint,
            ${base?.unit ?? null}::text, ${setting?.unit ?? null}::text, ${setting?.clawback ?? null}::text,
            ${at(scope.now)}::text::timestamptz)
    on conflict (tenant_id, alias, external_id) do nothing
    returning id`,
    (row) => text(row.id),
  );
}

async function payeesOf(
  scope: Scope,
  {
    alias,
    actor,
    setting,
    payout,
  }: { alias: string; actor: CustomerRow; setting: TriggerSetting; payout: Payout },
): Promise<Payee[]> {
  const shares = sharesOf(setting, payout.worth);
  const upline = await uplineOf(scope, actor.id, setting.levels);
  const wanted = shares.flatMap((share) => {
    const customer = share.level === 0 ? actor.externalId : upline.get(share.level);
    return customer === undefined ? [] : [{ ...share, customer }];
  });
  const allowed = await capped(scope, { alias, setting, wanted });
  const rows = await lockCustomers(
    scope,
    allowed.map(({ customer }) => customer),
  );
  const byName = new Map(rows.map((row) => [row.externalId, row]));
  return allowed.flatMap(({ customer, ...share }) => {
    const row = byName.get(customer);
    return row ? [{ ...share, customer: row }] : [];
  });
}

async function earlier(
  scope: Scope,
  { alias, customer, externalId }: FireTrigger & { externalId: string },
  { base }: Payout,
): Promise<Triggered> {
  const [event] = await selectEvents(scope, {
    where: sql`(event.alias, event.external_id) = (${alias}::text, ${externalId}::text)`,
    limit: 1,
  });
  const isSame =
    event?.customer === customer &&
    (event.base === null || (event.base.amount === base?.amount && event.base.unit === base.unit));
  if (!event || !isSame) throw new IdempotencyConflictError(externalId);
  return answer(scope, event, true);
}

async function getEvent(scope: Scope, id: string): Promise<EventRow> {
  const [event] = await selectEvents(scope, { where: sql`event.id = ${id}::text`, limit: 1 });
  if (!event) throw new Error('An event that was recorded cannot be read.');
  return event;
}

async function answer(scope: Scope, event: EventRow, replayed: boolean): Promise<Triggered> {
  const rewards = (await rewardsOf(scope, event.event)).map(rewardOf);
  return { ...eventOf(event), rewards, replayed };
}
