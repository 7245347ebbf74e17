/** The ledger's rows as JSON, in the columns' names: how many of them travel in one parameter. */
import { at } from '../kernel/index.ts';
import type { Draft, DrawRow, EntryRow, GrantRow, LegRow } from './draft.ts';

/** What may change of a balance. */
export function balanceJson({ balance }: Pick<Draft, 'balance'>): object {
  const { cap } = balance;
  return {
    id: balance.id,
    settled: balance.settled,
    held: balance.held,
    drawn: balance.drawn,
    attributed: balance.attributed,
    mark: balance.mark,
    floor: balance.floor,
    ceiling: balance.ceiling,
    debt: balance.debt,
    cap_left: balance.capLeft,
    cap_max: cap?.max ?? null,
    cap_since: at(cap?.since ?? null),
    cap_from: cap?.from ?? null,
    cap_returned: cap?.returned ?? null,
    sequence: balance.sequence,
    own_limits: balance.ownLimits,
    frozen: balance.frozen,
    top_up_at: balance.topUpAt,
    valid_until: at(balance.validUntil),
    epoch: balance.epoch,
    changed_at: at(balance.changedAt),
  };
}

/** A grant. */
export function grantJson(grant: GrantRow): object {
  return {
    id: grant.id,
    source: grant.source,
    reference: grant.reference,
    amount: grant.amount,
    free: grant.free,
    removed: grant.removed,
    priority: grant.priority,
    effective_at: at(grant.effectiveAt),
    expires_at: at(grant.expiresAt),
    open: grant.open,
    closed_at: at(grant.closedAt),
    voided_at: at(grant.voidedAt),
    unlimited: grant.unlimited,
    created_at: at(grant.createdAt),
  };
}

/** A draw. */
export function drawJson(draw: DrawRow): object {
  return { grant_id: draw.grantId, from_position: draw.from, to_position: draw.to };
}

/** An entry; tenant, balance and time of booking are the statement's. */
export function entryJson(entry: EntryRow): object {
  const { facts } = entry;
  return {
    sequence: entry.sequence,
    kind: entry.kind,
    amount: entry.amount,
    held_amount: entry.heldAmount,
    settled_after: entry.settledAfter,
    held_after: entry.heldAfter,
    drawn_to: entry.drawnTo,
    counter: facts.counter ?? null,
    counter_balance_id: facts.counterBalanceId ?? null,
    counter_sequence: facts.counterSequence ?? null,
    of_sequence: facts.ofSequence ?? null,
    grant_id: facts.grantId ?? null,
    feature_id: facts.featureId ?? null,
    cost: facts.cost ?? null,
    used_by_id: facts.usedById ?? null,
    reference_type: facts.reference?.type ?? null,
    reference_id: facts.reference?.id ?? null,
    key: facts.key ?? null,
    key_attempt: facts.keyAttempt ?? 0,
    request_hash: facts.requestHash?.toString() ?? null,
    happened_at: at(entry.happenedAt),
  };
}

/** What may change of a hold's leg. */
export function legJson(leg: LegRow): object {
  return {
    hold_id: leg.holdId,
    leg: leg.leg,
    captured: leg.captured,
    released: leg.released,
    open: leg.open,
    expires_at: at(leg.expiresAt),
  };
}
