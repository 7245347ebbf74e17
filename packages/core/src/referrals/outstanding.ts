/** What reversals left outstanding: finding the reversal, and saying what became of it. */
import { announce } from '../events/index.ts';
import { NotFoundError, type Scope, sql } from '../kernel/index.ts';
import type { NamedEvent } from './lock-event.ts';
import { type EventRow, selectEvents } from './reward-rows.ts';

/** A reversal by its id: an event that reverses nothing is none. */
export function reversalNamed(id: string): NamedEvent {
  const where = sql`event.id = ${id}::text and event.parent_id is not null`;
  return { where, what: 'reversal', name: id };
}

/** @throws {NotFoundError} There is no such reversal. */
export async function getReversal(scope: Scope, id: string): Promise<EventRow> {
  const [reversal] = await selectEvents(scope, { where: reversalNamed(id).where, limit: 1 });
  if (!reversal) throw new NotFoundError('reversal', id);
  return reversal;
}

/**
 * Its row alone, for what moves no money. Needs an open transaction.
 * @throws {NotFoundError} There is no such reversal.
 */
export async function lockReversal(scope: Scope, id: string): Promise<EventRow> {
  await scope.run(sql`
    select from bursar.reward_events as event
     where (event.tenant_id, event.id) = (${scope.tenant.id}::int, ${id}::text) for no key update`);
  return getReversal(scope, id);
}

/** Announces how much of what was outstanding is not any more, and how much is; of the event that was reversed. */
export async function announceRecovery(
  scope: Scope,
  type: 'reward_event.collected' | 'reward_event.written_off',
  id: string,
  amount: number,
): Promise<void> {
  const { outstanding, reverses, unit } = await getReversal(scope, id);
  const [parent] = await selectEvents(scope, {
    where: sql`event.id = ${reverses}::text`,
    limit: 1,
  });
  if (!parent) throw new Error('A reversal reverses something that cannot be read.');
  const { event, customer, trigger, externalId } = parent;
  await announce(scope, {
    ...{ type, customer, subject: { type: 'reward_event', id: event } },
    data: { event, reversal: id, trigger, externalId, unit, amount, outstanding },
  });
}
