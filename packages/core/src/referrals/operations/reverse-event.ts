/**
 * Taking back what an event brought: once, wholly or in shares that never exceed it, each as an event of its own with what
 * was paid mirrored.
 *
 * Customers are locked first, by name, then the event's row, then balances. What nobody has any more is kept as outstanding, or
 * owed, as the trigger was set when it paid.
 */
import { audited } from '../../audit/index.ts';
import { answerOnce } from '../../customers/index.ts';
import { IdempotencyConflictError, type Scope, type Statement, sql } from '../../kernel/index.ts';
import { NotReversibleError } from '../errors.ts';
import { lockEvent, type NamedEvent } from '../lock-event.ts';
import { reverseShare } from '../reverse-share.ts';
import { type EventRow, selectEvents, shownEvent } from '../reward-rows.ts';
import { latestOf, type Subject } from '../subjects.ts';
import type { Triggered } from './trigger.ts';

export type ReverseEvent = {
  readonly event?: string | undefined;
  /** With `externalId` or `subject`, in the place of `event`. */
  readonly alias?: string | undefined;
  readonly externalId?: string | undefined;
  /** With `alias`: the latest that was rewarded for it and is not reversed in full; once all are, the latest of them again. */
  readonly subject?: Subject | undefined;
  /** How much of the whole, of 10,000; all that is left unless said. */
  readonly basisPoints?: number | undefined;
  /** A share's own, or a subject's: the same again is the same reversal. */
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
    (inner) => inner.transaction((within) => reverseChosen(within, input)),
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

/** What a subject stands for under a key, it stands for when the same is asked again; a refusal leaves the key free. */
async function reverseChosen(scope: Scope, input: ReverseEvent): Promise<Triggered> {
  const { subject, alias = '', basisPoints, idempotencyKey: key } = input;
  if (subject === undefined) return reverseUnderLock(scope, input);
  const request = { alias, subject, basisPoints };
  const reverse = (inner: Scope, event: string) =>
    reverseUnderLock(inner, { event, basisPoints, idempotencyKey: key });
  let made: Triggered | null = null;
  const { answer: event } = await answerOnce(
    scope,
    { verb: 'referrals.reverse', customerId: 0, key, request },
    async (inner) => {
      const latest = await latestOf(inner, { alias, subject });
      made = await reverse(inner, latest);
      return latest;
    },
  );
  return made ?? reverse(scope, event);
}

async function reverseUnderLock(scope: Scope, input: ReverseEvent): Promise<Triggered> {
  const locked = await lockEvent(scope, namedBy(input));
  const { event: parent } = locked;
  const { basisPoints, idempotencyKey: key } = input;
  const externalId = key === undefined ? parent.externalId : `${parent.event}/key/${key}`;
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
  const reversal = await reverseShare(scope, locked, { share, externalId });
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
