/**
 * Taking back what an event brought: once, wholly or in shares that never exceed it, each as an event of its own with what
 * was paid mirrored.
 *
 * Customers are locked first, by name, then the event's row, then balances. What nobody has any more is kept as outstanding, or
 * owed, as the trigger was set when it paid.
 */
import { audited } from '../../audit/index.ts';
import { announce } from '../../events/index.ts';
import {
  at,
  IdempotencyConflictError,
  newId,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { NotReversibleError } from '../errors.ts';
import { lockEvent, type NamedEvent } from '../lock-event.ts';
import { type EventRow, selectEvents, shownEvent } from '../reward-rows.ts';
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
  const { event: parent, ...locked } = await lockEvent(scope, namedBy(input));
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
    return { ...(await shownEvent(scope, earlier)), replayed: true };
  }
  const left = 10_000 - parent.reversedBasisPoints;
  const last = left === 0 && basisPoints === undefined && key === undefined;
  const done = last ? await find(scope, sql`event.parent_id = ${parent.event}::text`) : null;
  if (done) return { ...(await shownEvent(scope, done)), replayed: true };
  const share = basisPoints ?? left;
  const isReversible = parent.status === 'processed' && parent.reverses === null;
  if (!isReversible || share < 1 || share > left) throw new NotReversibleError(factsOf(parent));
  const reversal = await insertReversal(scope, { parent, alias, externalId, share });
  const outstanding = await takeRewards(scope, { parent, reversal, share, ...locked });
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
  return { ...(await shownEvent(scope, made)), replayed: false };
}

function namedBy({ event, alias = '', externalId = '' }: ReverseEvent): NamedEvent {
  const where =
    event === undefined
      ? sql`(event.alias, event.external_id) = (${alias}::text, ${externalId}::text)`
      : sql`event.id = ${event}::text`;
  return { where, what: 'reward event', name: event ?? `${alias} ${externalId}` };
}

function factsOf({ event, status, reversedBasisPoints }: EventRow) {
  return { event, status, reversedBasisPoints };
}

async function find(scope: Scope, where: Statement): Promise<EventRow | null> {
  return (await selectEvents(scope, { where, limit: 1 }))[0] ?? null;
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
