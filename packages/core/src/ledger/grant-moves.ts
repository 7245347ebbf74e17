/** Grants coming onto a draft and going from it. Pure; nothing here knows SQL. */
import { type Draft, type EntryFacts, type EntryRow, type GrantRow, later } from './draft.ts';
import { post } from './post.ts';

export type NewGrant = {
  source: string;
  amount: number;
  reference?: string | null | undefined;
  priority?: number | undefined;
  effectiveAt?: Date | undefined;
  expiresAt?: Date | null | undefined;
  /** It waits, counting for nothing, until `effectiveAt`. */
  waits?: boolean | undefined;
  unlimited?: boolean | undefined;
  createdAt?: Date | undefined;
};

/** Puts a lot on the balance, without its entry: `creditGrant` does both. */
export function addGrant(draft: Draft, grant: NewGrant): GrantRow {
  const createdAt = grant.createdAt ?? draft.now;
  const row: GrantRow = {
    id: draft.nextGrantId++,
    source: grant.source,
    reference: grant.reference ?? null,
    amount: grant.amount,
    free: grant.amount,
    removed: 0,
    priority: grant.priority ?? 0,
    effectiveAt: grant.effectiveAt ?? createdAt,
    expiresAt: grant.expiresAt ?? null,
    open: !grant.waits,
    closedAt: null,
    voidedAt: null,
    unlimited: grant.unlimited ?? false,
    createdAt,
  };
  draft.grants.push(row);
  draft.isRegranted = true;
  return row;
}

/** A new grant and the credit that brings it; a grant of nothing brings no entry. */
export function creditGrant(
  draft: Draft,
  grant: NewGrant,
  facts: EntryFacts = {},
  at?: Date | undefined,
): { grant: GrantRow; entry: EntryRow | null } {
  const row = addGrant(draft, grant);
  if (grant.amount === 0 || grant.waits) return { grant: row, entry: null };
  const entry = post(draft, {
    kind: 'credit',
    amount: grant.amount,
    at,
    facts: { counter: 'issued', ...facts, grantId: row.id },
  });
  return { grant: row, entry };
}

/**
 * Takes what is free of a grant out of the books, by expiry or by voiding; the grant is over. One that never began had
 * brought nothing, so no entry takes anything.
 */
export function closeGrant(
  draft: Draft,
  grant: GrantRow,
  how: { kind: 'expiry' | 'void'; at: Date; facts?: EntryFacts | undefined },
): void {
  if (grant.open) removeUnits(draft, grant, grant.free, how);
  draft.isRegranted = true;
  grant.removed += grant.free;
  grant.free = 0;
  grant.open = false;
  grant.closedAt = later(how.at, draft.balance.changedAt);
  if (how.kind === 'void') grant.voidedAt = grant.closedAt;
}

/** Takes `units` of what is free of a grant out of the books; the grant stays. */
export function removeUnits(
  draft: Draft,
  grant: GrantRow,
  units: number,
  how: { kind: 'expiry' | 'void' | 'reversal'; at: Date; facts?: EntryFacts | undefined },
): void {
  if (units === 0) return;
  draft.isRegranted = true;
  const counter = how.kind === 'expiry' ? 'expired' : 'issued';
  grant.free -= units;
  grant.removed += units;
  post(draft, {
    kind: how.kind,
    amount: 0 - units,
    at: how.at,
    facts: { counter, ...how.facts, grantId: grant.id },
  });
}
