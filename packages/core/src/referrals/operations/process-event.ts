/**
 * Processing an event that waits, has failed, or whose attempt never ended: taken in hand for five minutes, by one at a time.
 *
 * Rates may have to be waited for, so the event is taken and ended in two transactions; the end pays all of it or nothing.
 */
import { audited } from '../../audit/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { integer, NotFoundError, type Scope, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { completeEvent, failEvent, type Held } from '../complete-event.ts';
import { type EventRow, selectEvents } from '../event-rows.ts';
import { type Asked, tryPayout } from '../payout.ts';
import { leaseMilliseconds } from '../record-event.ts';
import { shownEvent } from '../reward-rows.ts';
import type { Triggered } from './trigger.ts';

export type ProcessEvent = {
  readonly event: string;
  /** Kept in the audit. */
  readonly reason?: string | undefined;
};

/** `error` is what it failed with; null where it is done. */
export type Processed = { readonly error: unknown };

/** Makes one attempt. @returns Null: it is not to be processed, or somebody else has it in hand. */
export async function processEvent(
  scope: Scope,
  { event, reason }: ProcessEvent,
): Promise<Processed | null> {
  const held = await takeEvent(scope, event);
  if (!held) return null;
  const ending = (end: (inner: Scope) => Promise<boolean>) =>
    audited(
      scope,
      reason,
      (inner) => inner.transaction(end),
      (isHeld) =>
        isHeld
          ? {
              ...{ operation: 'referrals.retry', customer: held.actor.externalId },
              subject: { type: 'reward_event', id: event },
              facts: { trigger: held.alias, attempt: held.attempt },
            }
          : null,
    );
  const tried = await tryPayout(scope, held.asked);
  let { error } = tried;
  if (tried.payout) {
    const { payout } = tried;
    try {
      return (await ending((inner) => completeEvent(inner, held, payout))) ? { error: null } : null;
    } catch (failure) {
      // In the host's transaction nothing can be kept of it: that is rolled back as a whole.
      if (scope.inTransaction) throw failure;
      error = failure;
    }
  }
  return (await ending((inner) => failEvent(inner, held, error))) ? { error } : null;
}

/**
 * Processes it at once, whatever it failed with. What is processed already is as it was, and paid once.
 *
 * @returns As it is by now: `failed` again, perhaps, with what it failed with.
 * @throws {NotFoundError} There is no such event.
 * @throws {InvalidStateError} It was skipped, is a reversal, or somebody else processes it right now.
 */
export async function retryEvent(scope: Scope, input: ProcessEvent): Promise<Triggered> {
  const processed = await processEvent(scope, input);
  const row = await find(scope, input.event);
  if (!row) throw new NotFoundError('reward event', input.event);
  const isOver = row.status === 'processed' && row.reverses === null;
  if (!processed && !isOver)
    throw new InvalidStateError(`Event ${row.event} cannot be processed now.`, {
      ...{ event: row.event, status: row.status, reverses: row.reverses },
    });
  return { ...(await shownEvent(scope, row)), replayed: !processed };
}

/** Why it cannot be taken in hand: somebody has it, or nobody is to. */
export async function stateOf(scope: Scope, event: string): Promise<'in hand' | 'over'> {
  return (await find(scope, event))?.status === 'processing' ? 'in hand' : 'over';
}

async function takeEvent(
  scope: Scope,
  id: string,
): Promise<(Held & { readonly asked: Asked }) | null> {
  const attempt = await scope.maybeOne(
    sql`
    update bursar.reward_events
       set status = 'processing', attempts = attempts + 1,
           lease_until = clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond'
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)
       and (status in ('pending', 'failed') or (status = 'processing' and lease_until < clock_timestamp()))
    returning attempts`,
    (row) => integer(row.attempts),
  );
  if (attempt === null) return null;
  const row = await find(scope, id);
  const actor = row && (await findCustomer(scope, row.customer));
  if (!row || !actor) throw new Error('An event that was taken in hand cannot be read.');
  const { event, trigger: alias, externalId, subject, asked } = row;
  return { event, alias, externalId, subject, actor, attempt, asked: { ...asked, alias } };
}

async function find(scope: Scope, id: string): Promise<EventRow | null> {
  const where = sql`event.id = ${id}::text`;
  return (await selectEvents(scope, { where, limit: 1 }))[0] ?? null;
}
