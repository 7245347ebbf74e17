/**
 * Taking back what an event brought: once, wholly or in shares that never exceed it, each as an event of its own with what
 * was paid mirrored.
 *
 * The event's row is locked first, then customers by name, then balances. What nobody has any more is kept as outstanding, or
 * owed, as the trigger was set when it paid.
 */
import { audited } from '../../audit/index.ts';
import { lockCustomers } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import {
  at,
  IdempotencyConflictError,
  NotFoundError,
  newId,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { NotReversibleError } from '../errors.ts';
import { type EventRow, eventOf, rewardOf, rewardsOf, selectEvents } from '../reward-rows.ts';
import { takeRewards } from '../take-rewards.ts';
import type { Triggered } from './trigger.ts';

export type ReverseEvent = {
  readonly event?: string | undefined;
  /** With `externalId`, in the place of `event`. */
  readonly alias?: string | undefined;
  readonly externalId?: string | undefined;
  /** How much of the whole, of 10,000; all that is left unless said. */
  readonly basisPoints?: number | undefined;
  /** A share's own: the same again is the same reversal. */
  readonly idempotencyKey?: string | undefined;
  readonly reason?: string | undefined;
};

/**
 * Reverses the event and announces `reward_event.reversed`. Again under the same key, or again as a whole, gives the first
 * reversal and takes nothing.
 *
 * @throws {NotFoundError} There is no such event.
 * @throws {NotReversibleError} It was skipped, is a reversal, or less of it is left; nothing is taken.
 * @throws {IdempotencyConflictError} The key reversed another share.
 */
export function reverseEvent(scope: Scope, input: ReverseEvent): Promise<Triggered> {
  return audited(
    scope,
    input.reason,
    (inner) => inner.transaction((within) => reverseUnderLock(within, input)),
    ({ event, reverses, customer, reversedBasisPoints, replayed }) =>
      replayed
        ? null
        : {
            ...{ operation: 'referrals.reverse', customer },
            subject: { type: 'reward_event', id: event },
            facts: { reverses, basisPoints: reversedBasisPoints },
          },
  );
}

async function reverseUnderLock(scope: Scope, input: ReverseEvent): Promise<Triggered> {
  const parent = await lockEvent(scope, input);
  const { basisPoints, idempotencyKey: key } = input;
  const externalId = key === undefined ? parent.externalId : `${parent.externalId}/${key}`;
  const alias = `${parent.trigger}.reversal`;
  const earlier = await find(
    scope,
    sql`(event.alias, event.external_id, event.parent_id) = (${alias}::text, ${externalId}::text, ${parent.event}::text)`,
  );
  if (earlier) {
    const isOther = basisPoints !== undefined && basisPoints !== earlier.reversedBasisPoints;
    if (isOther) throw new IdempotencyConflictError(key ?? externalId);
    return answer(scope, earlier, true);
  }
  const left = 10_000 - parent.reversedBasisPoints;
  const last = left === 0 && basisPoints === undefined && key === undefined;
  const done = last ? await find(scope, sql`event.parent_id = ${parent.event}::text`) : null;
  if (done) return answer(scope, done, true);
  const share = basisPoints ?? left;
  const isReversible = parent.status === 'processed' && parent.reverses === null;
  if (!isReversible || share < 1 || share > left) throw new NotReversibleError(factsOf(parent));
  const reversal = await insertReversal(scope, { parent, alias, externalId, share });
  const outstanding = await mirror(scope, { parent, reversal, share });
  await announce(scope, {
    ...{ type: 'reward_event.reversed', customer: parent.customer },
    subject: { type: 'reward_event', id: parent.event },
    data: {
      ...{ event: parent.event, reversal, trigger: parent.trigger, basisPoints: share },
      ...{ externalId: parent.externalId, unit: parent.unit, outstanding },
    },
  });
  const made = await find(scope, sql`event.id = ${reversal}::text`);
  if (!made) throw new Error('A reversal that was recorded cannot be read.');
  return answer(scope, made, false);
}

function factsOf({ event, status, reversedBasisPoints }: EventRow) {
  return { event, status, reversedBasisPoints };
}

async function find(scope: Scope, where: Statement): Promise<EventRow | null> {
  return (await selectEvents(scope, { where, limit: 1 }))[0] ?? null;
}

/** @throws {NotFoundError} There is none. */
export async function lockEvent(
  scope: Scope,
  { event, alias = '', externalId = '' }: Omit<ReverseEvent, 'reason'>,
): Promise<EventRow> {
  const where =
    event === undefined
      ? sql`(event.alias, event.external_id) = (${alias}::text, ${externalId}::text)`
      : sql`event.id = ${event}::text`;
  await scope.run(sql`
    select from bursar.reward_events as event where event.tenant_id = ${scope.tenant.id}::int and ${where} for no key update`);
  const found = await find(scope, where);
  if (!found) throw new NotFoundError('reward event', event ?? `${alias} ${externalId}`);
  return found;
}

async function insertReversal(
  scope: Scope,
  {
    parent,
    alias,
    externalId,
    share,
  }: { parent: EventRow; alias: string; externalId: string; share: number },
): Promise<string> {
  const id = newId('rev');
  const tenant = scope.tenant.id;
  await scope.run(sql`
    with reversal as (
      insert into bursar.reward_events (tenant_id, id, alias, external_id, customer_id, status, base_amount, base_unit, unit, clawback,
                                        parent_id, reversed_basis_points, created_at)
      select tenant_id, ${id}::text, ${alias}::text, ${externalId}::text, customer_id, 'processed', base_amount, base_unit, unit,
             clawback, id, ${share}::int, ${at(scope.now)}::text::timestamptz
        from bursar.reward_events where (tenant_id, id) = (${tenant}::int, ${parent.event}::text)
    )
    update bursar.reward_events set reversed_basis_points = reversed_basis_points + ${share}::int
     where (tenant_id, id) = (${tenant}::int, ${parent.event}::text)`);
  return id;
}

/** @returns What could not be taken. */
async function mirror(
  scope: Scope,
  { parent, reversal, share }: { parent: EventRow; reversal: string; share: number },
): Promise<number> {
  const rewards = await rewardsOf(scope, parent.event);
  const rows = await lockCustomers(
    scope,
    rewards.map(({ customer }) => customer),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return takeRewards(scope, { parent, reversal, share, rewards, byId });
}

async function answer(scope: Scope, event: EventRow, replayed: boolean): Promise<Triggered> {
  const rewards = (await rewardsOf(scope, event.event)).map(rewardOf);
  return { ...eventOf(event), rewards, replayed };
}
