/**
 * Locking what an event brought: whoever it rewarded, in the order of their names, and then the event itself.
 *
 * Whom it rewarded never changes, so it may be read before the locks. Customers come first: who holds one of them already, such
 * as for a refund, never waits for an event that somebody holds who waits for a customer.
 */
import { type CustomerRow, lockCustomers } from '../customers/index.ts';
import { NotFoundError, type Scope, type Statement, sql } from '../kernel/index.ts';
import { type EventRow, type RewardRow, rewardsOf, selectEvents } from './reward-rows.ts';

export type LockedEvent = {
  readonly event: EventRow;
  readonly rewards: readonly RewardRow[];
  /** Whose rows are locked; who was erased is left out. */
  readonly byId: ReadonlyMap<number, CustomerRow>;
};

export type NamedEvent = {
  readonly where: Statement;
  /** What the caller calls it, for who looks for it. */
  readonly what: string;
  readonly name: string;
};

/**
 * The event that meets a condition on `event`, with its rewards. Needs an open transaction.
 * @throws {NotFoundError} There is none.
 */
export async function lockEvent(scope: Scope, named: NamedEvent): Promise<LockedEvent> {
  const { event: id } = await getEvent(scope, named);
  const before = await lockBeneficiaries(scope, await rewardsOf(scope, id));
  await scope.run(sql`
    select from bursar.reward_events as event
     where (event.tenant_id, event.id) = (${scope.tenant.id}::int, ${id}::text) for no key update`);
  const event = await getEvent(scope, { ...named, where: sql`event.id = ${id}::text` });
  const rewards = await rewardsOf(scope, id);
  const isWhole = rewards.length === before.of;
  // It was paid between the two looks.
  const { byId } = isWhole ? before : await lockBeneficiaries(scope, rewards);
  return { event, rewards, byId };
}

async function lockBeneficiaries(scope: Scope, rewards: readonly RewardRow[]) {
  const rows = await lockCustomers(
    scope,
    rewards.map(({ customer }) => customer),
  );
  return { of: rewards.length, byId: new Map(rows.map((row) => [row.id, row])) };
}

async function getEvent(scope: Scope, { where, what, name }: NamedEvent): Promise<EventRow> {
  const [event] = await selectEvents(scope, { where, limit: 1 });
  if (!event) throw new NotFoundError(what, name);
  return event;
}
