/**
 * Setting units of certain lots aside, letting them go again, and taking them out of the books: what a refund or a dispute
 * does to what an order granted, whatever else is on the balance.
 *
 * What is set aside is a hold without expiry whose units the lot itself pays, out of turn; let go, it is the lot's again, or
 * expires at once if the lot is over.
 */
import type { CustomerRow } from '../../customers/index.ts';
import { integer, newId, type Scope, sql } from '../../kernel/index.ts';
import type { Draft, EntryFacts, GrantRow } from '../draft.ts';
import { closeGrant, creditGrant, removeUnits } from '../grant-moves.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { releaseLeg } from '../pass-time.ts';
import { attribute, draw, post } from '../post.ts';
import { writeDrafts } from '../write-draft.ts';
import { getHold, lockHold, type StoredHold } from './find-hold.ts';
import { insertHold } from './insert-hold.ts';
import { closeHold, restOf } from './open-legs.ts';

export type LotMove = {
  readonly unit: string;
  readonly grantId: number;
  /** Of what is free; more is cut to it. */
  readonly units: number;
  /** What was set aside of it before is let go first. */
  readonly hold: string | null;
  /** `end` takes all that is free, and what comes back to the lot later; `keep` leaves it as it is then. */
  readonly to: 'hold' | 'take' | 'end' | 'keep';
  /** A lot that was ended before it began, to be put back; its key there. */
  readonly again?: WaitingLot | undefined;
};

type WaitingLot = {
  readonly amount: number;
  readonly effectiveAt: Date;
  readonly expiresAt: Date | null;
  readonly key: string;
};

export type MovedLot = {
  readonly units: number;
  readonly hold: string | null;
  /** The lot, or the one that stands for it now. */
  readonly grantId: number;
  /** It had not begun and is over: nothing was set aside, and nothing brought it. */
  readonly ended: boolean;
};

export type MoveLots = {
  /** Its row is locked. */
  readonly customer: CustomerRow;
  readonly reference: { readonly type: string; readonly id: string };
  readonly lots: readonly LotMove[];
};

/**
 * Moves each lot, all or none. Needs an open transaction. A lot that waits for its start can hold nothing: of one that is to
 * be held whole it ends, and is put back by `again`.
 *
 * @returns In the order of the lots.
 */
export async function moveLots(
  scope: Scope,
  { customer, ...asked }: MoveLots,
): Promise<MovedLot[]> {
  const { lots, reference } = asked;
  const held = await heldBy(scope, lots);
  const units = [...new Set(lots.map(({ unit }) => unit))].sort();
  const stretches = (unit: string) =>
    held.flatMap(({ legs }) => legs.filter((leg) => leg.unit === unit).map((leg) => leg.stretch));
  const opened = await openBalances(
    scope,
    units.map((unit) => ({ customer, unit, stretches: stretches(unit) })),
  );
  const open = new Set<string>();
  for (const { id } of held) if ((await lockHold(scope, id)) === 'open') open.add(id);
  for (const { draft } of opened) draft.takesBack = true;
  const made: { own: Opened; hold: string }[] = [];
  const moved: (Omit<MovedLot, 'grantId'> & { readonly grant: GrantRow | { id: number } })[] = [];
  for (const lot of lots) {
    const own = opened[units.indexOf(lot.unit)] as Opened;
    if (lot.hold !== null && open.has(lot.hold)) letGo(own.draft, lot.hold);
    const attempt = lot.again ? await attemptsOf(scope, own.draft, lot.again.key) : 0;
    const one = moveLot(own.draft, lot, { facts: { reference }, attempt });
    if (one.hold !== null) made.push({ own, hold: one.hold });
    moved.push(one);
  }
  await writeDrafts(scope, opened);
  for (const { own, hold } of made)
    await insertHold(scope, {
      ...{ customerId: customer.id, own, other: undefined },
      spend: { hold: { id: hold, expiresAt: null }, featureId: null, usedById: null, reference },
    });
  for (const hold of open) await closeHold(scope, { hold, captured: false });
  return moved.map(({ grant, ...one }): MovedLot => ({ ...one, grantId: grant.id }));
}

async function heldBy(scope: Scope, lots: readonly LotMove[]): Promise<StoredHold[]> {
  const found = [];
  for (const { hold } of lots) if (hold !== null) found.push(await getHold(scope, { hold }));
  return found;
}

function letGo(draft: Draft, hold: string): void {
  for (const leg of draft.legs)
    if (leg.holdId === hold && leg.open) releaseLeg(draft, leg, restOf(leg), draft.now);
}

type Told = { readonly facts: EntryFacts; readonly attempt: number };

function moveLot(draft: Draft, lot: LotMove, { facts, attempt }: Told) {
  if (lot.again) return putBack(draft, lot, { ...lot.again, attempt });
  const grant = draft.grants.find(({ id }) => id === lot.grantId);
  const none = { units: 0, hold: null, ended: false, grant: grant ?? { id: lot.grantId } };
  if (!grant || grant.closedAt !== null || lot.to === 'keep') return none;
  const units = Math.min(lot.units, grant.free);
  if (!grant.open) return endWaiting(draft, grant, { ...lot, units });
  if (lot.to === 'hold') return { ...none, units, hold: setAside(draft, grant, { units, facts }) };
  if (lot.to === 'end') {
    const free = grant.free;
    closeGrant(draft, grant, { kind: 'void', at: draft.now, facts });
    return { ...none, units: free };
  }
  removeUnits(draft, grant, units, { kind: 'void', at: draft.now, facts });
  return { ...none, units };
}

/** The lot pays for what is held, though others may stand before it in the order of spending. */
function setAside(
  draft: Draft,
  grant: GrantRow,
  { units, facts }: { units: number; facts: EntryFacts },
): string | null {
  if (units === 0) return null;
  if (draft.balance.attributed !== draft.balance.drawn)
    throw new Error(`A grant of ${draft.unit} has units free, and spends nobody paid for.`);
  const hold = newId('hld');
  const { sequence, drawnTo } = post(draft, {
    ...{ kind: 'hold', amount: 0, heldAmount: units, draws: units },
    facts,
  });
  draw(draft, grant, units);
  grant.free -= units;
  const none = { captured: 0, released: 0, cost: 1, expiresAt: null, open: true };
  draft.legs.push({ holdId: hold, leg: 0, sequence, drawnTo, amount: units, ...none });
  return hold;
}

/** What never began brought nothing: it ends without an entry, and only as a whole. */
function endWaiting(draft: Draft, grant: GrantRow, { units, to }: LotMove) {
  const isWhole = units === grant.amount || to === 'end';
  if (!isWhole) return { units: 0, hold: null, ended: false, grant };
  closeGrant(draft, grant, { kind: 'void', at: draft.now });
  return { units: grant.amount, hold: null, ended: true, grant };
}

/** As it was, if its time is not over by now. */
function putBack(
  draft: Draft,
  lot: LotMove,
  { amount, effectiveAt, expiresAt, key, attempt }: WaitingLot & { attempt: number },
) {
  const nothing = { units: 0, hold: null, ended: false, grant: { id: lot.grantId } };
  if (expiresAt !== null && expiresAt <= draft.now) return nothing;
  const waits = effectiveAt > draft.now;
  const reference = { type: 'order', id: key };
  const keyed = { reference, key, keyAttempt: attempt, requestHash: 0n };
  const terms = { source: 'order', amount, effectiveAt, expiresAt, waits };
  const { grant } = creditGrant(draft, terms, keyed);
  if (waits) post(draft, { kind: 'adjustment', amount: 0, facts: { ...keyed, grantId: grant.id } });
  attribute(draft);
  return { ...nothing, units: amount, grant };
}

/** Lots are found by their key: the next of it. */
function attemptsOf(scope: Scope, { balance }: Draft, key: string): Promise<number> {
  return scope.one(
    sql`
    select coalesce(max(key_attempt), -1) + 1 as next from bursar.entries
     where (tenant_id, balance_id, key) = (${scope.tenant.id}::int, ${balance.id}::bigint, ${key}::text)`,
    (row) => integer(row.next),
  );
}
