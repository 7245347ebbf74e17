/**
 * Turning what a draft booked into news. An entry is its own durable record, so its news is only queued for this
 * process; a quota that ran out is an ordinary outbox row.
 */
import { announce, news } from '../events/index.ts';
import { at, type Scope } from '../kernel/index.ts';
import type { Draft, EntryRow } from './draft.ts';

/** `trf_<balance>_<sequence>`: how an entry is named outside. */
export function transferId(balanceId: number, sequence: number): string {
  return `trf_${balanceId}_${sequence}`;
}

/** `grt_<id>`: how a grant is named outside. */
export function grantName(id: number): string {
  return `grt_${id}`;
}

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
}

/** What an entry is called as news, beside `balance.updated`. */
const wordOf: Partial<Record<EntryRow['kind'], { type: string; subject: 'hold' | 'grant' }>> = {
  hold: { type: 'hold.created', subject: 'hold' },
  capture: { type: 'hold.captured', subject: 'hold' },
  release: { type: 'hold.released', subject: 'hold' },
  credit: { type: 'grant.created', subject: 'grant' },
  expiry: { type: 'grant.expired', subject: 'grant' },
  void: { type: 'grant.voided', subject: 'grant' },
};

function queueEntry(scope: Scope, draft: Draft, entry: EntryRow): void {
  const { unit, customer, balance } = draft;
  const common = {
    customer,
    sequence: entry.sequence,
    subject: { type: 'balance', id: String(balance.id) },
  };
  const word = wordOf[entry.kind];
  if (word?.subject === 'hold') {
    const leg = draft.legs.find(
      (one) => one.sequence === (entry.facts.ofSequence ?? entry.sequence),
    );
    const expired = entry.kind === 'release' && leg?.expiresAt && leg.expiresAt <= draft.now;
    const data = { hold: leg?.holdId ?? '', unit, amount: Math.abs(entry.heldAmount) };
    const type = expired ? 'hold.expired' : word.type;
    scope.queue(news(scope, { ...common, type, data }));
  }
  if (word?.subject === 'grant') {
    const grant = draft.grants.find((one) => one.id === entry.facts.grantId);
    const data = {
      grant: grantName(entry.facts.grantId ?? 0),
      unit,
      amount: Math.abs(entry.amount),
      ...(entry.kind === 'credit' && { source: grant?.source ?? '' }),
    };
    scope.queue(news(scope, { ...common, type: word.type, data }));
  }
  queueUpdate(scope, { unit, customer, balanceId: balance.id, entry });
}

/** Queues the news of a credit that was booked without a draft. */
export function queueCredit(
  scope: Scope,
  {
    unit,
    customer,
    source,
    balanceId,
    grantId,
    sequence,
    amount,
    settledAfter,
  }: {
    unit: string;
    customer: string;
    source: string;
    balanceId: number;
    grantId: number;
    sequence: number;
    amount: number;
    settledAfter: number;
  },
): void {
  const subject = { type: 'balance', id: String(balanceId) };
  const data = { grant: grantName(grantId), unit, amount, source };
  scope.queue(news(scope, { type: 'grant.created', customer, sequence, subject, data }));
  const entry = { sequence, kind: 'credit', amount, settledAfter } as const;
  queueUpdate(scope, { unit, customer, balanceId, entry });
}

/** Queues `balance.updated` for an entry that moved what is settled, and logs it. */
export function queueUpdate(
  scope: Scope,
  {
    unit,
    customer,
    balanceId,
    entry,
  }: {
    unit: string;
    customer: string;
    balanceId: number;
    entry: Pick<EntryRow, 'sequence' | 'kind' | 'amount' | 'settledAfter'>;
  },
): void {
  if (entry.amount === 0) return;
  const { logger, ports } = scope;
  const old = entry.settledAfter - entry.amount;
  if (logger.isLevelEnabled?.('debug') !== false) {
    const facts = { customer, unit, old, new: entry.settledAfter, at: at(scope.now) };
    logger.debug(facts, 'balance updated');
  }
  if (ports.hears?.('balance.updated') === false) return;
  const data = {
    unit,
    old,
    new: entry.settledAfter,
    delta: entry.amount,
    kind: entry.kind,
    transfer: transferId(balanceId, entry.sequence),
  };
  scope.queue(
    news(scope, {
      type: 'balance.updated',
      customer,
      subject: { type: 'balance', id: String(balanceId) },
      sequence: entry.sequence,
      data,
    }),
  );
}
