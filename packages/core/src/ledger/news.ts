/**
 * Turning what a draft booked into news. An entry is its own durable record, so its news is only queued for this
 * process; a quota that ran out is an ordinary outbox row.
 */
import { announce, news } from '../events/index.ts';
import { at, type Scope } from '../kernel/index.ts';
import type { Draft, EntryRow } from './draft.ts';
import { movedNews, type Told, type Updated, updateNews } from './entry-news.ts';
import { askForTopUp } from './low.ts';

/** Queues the news of the draft's entries and announces what it noticed about quotas. Clears neither. */
export async function announceDraft(scope: Scope, draft: Draft): Promise<void> {
  for (const entry of draft.entries) queueEntry(scope, draft, entry);
  for (const one of draft.news) {
    await announce(scope, {
      type: one.type,
      customer: draft.customer,
      subject: { type: 'balance', id: String(draft.balance.id) },
      data: one.data,
    });
  }
  const { id, sequence } = draft.balance;
  if (draft.topsUp) await askForTopUp(scope, id, String(sequence));
}

function queueEntry(scope: Scope, draft: Draft, entry: EntryRow): void {
  const told = { unit: draft.unit, customer: draft.customer, balanceId: draft.balance.id };
  const { ofSequence, grantId } = entry.facts;
  const leg = draft.legs.find((one) => one.sequence === (ofSequence ?? entry.sequence));
  const hold = leg && {
    id: leg.holdId,
    isOver: leg.expiresAt !== null && leg.expiresAt <= draft.now,
  };
  const source = draft.grants.find((one) => one.id === grantId)?.source ?? '';
  const grant = grantId === undefined ? undefined : { id: grantId, source };
  const said = movedNews(told, { ...entry, hold, grant });
  if (said) scope.queue(news(scope, said));
  queueUpdate(scope, told, entry);
}

/** Queues the news of a credit that was booked without a draft. */
export function queueCredit(
  scope: Scope,
  told: Told,
  entry: {
    source: string;
    grantId: number;
    sequence: number;
    amount: number;
    settledAfter: number;
  },
): void {
  const { source, grantId, ...credited } = entry;
  const credit = { ...credited, kind: 'credit', heldAmount: 0 } as const;
  const said = movedNews(told, { ...credit, grant: { id: grantId, source } });
  if (said) scope.queue(news(scope, said));
  queueUpdate(scope, told, credit);
}

/** Queues `balance.updated` for an entry that moved what is settled, and logs it. */
export function queueUpdate(scope: Scope, told: Told, entry: Updated): void {
  if (entry.amount === 0) return;
  const { logger, ports } = scope;
  if (logger.isLevelEnabled?.('debug') !== false) {
    const { customer, unit } = told;
    const old = entry.settledAfter - entry.amount;
    const facts = { customer, unit, old, new: entry.settledAfter, at: at(scope.now) };
    logger.debug(facts, 'balance updated');
  }
  if (ports.hears?.('balance.updated') === false) return;
  const said = updateNews(told, entry);
  if (said) scope.queue(news(scope, said));
}
