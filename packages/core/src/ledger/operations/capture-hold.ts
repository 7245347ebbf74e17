/**
 * Turning what a hold reserved into a debit: the quota's leg first, then the credits'.
 *
 * A capture moves settled and held together and draws nothing, for the hold drew already. What is not captured
 * goes back, unless more captures are to follow.
 */
import { featureIdOf, featureOf } from '../../catalog/index.ts';
import { checkAmount, InvalidAmountError, requestHash, type Scope } from '../../kernel/index.ts';
import { findStanding, usesUnder } from '../keys.ts';
import type { Opened } from '../open-balances.ts';
import { releaseLeg } from '../pass-time.ts';
import { post } from '../post.ts';
import { writeDraft } from '../write-draft.ts';
import { getHold, type StoredHold } from './find-hold.ts';
import { closeHold, type OpenLeg, openLegs, openLegsOf, restOf } from './open-legs.ts';
import { spendMore } from './spend-up-to.ts';

export type CaptureHold = {
  readonly hold: string;
  readonly customer?: string | undefined;
  /** In uses of what was held: left out, all that is still held; 0 releases it. */
  readonly amount?: number | undefined;
  /** False keeps the rest for further captures. */
  readonly final?: boolean | undefined;
  /** More than is held: takes as much of the rest as is available, as a spend, and reports what nothing covered. */
  readonly beyond?: boolean | undefined;
  /** What may pay beyond the hold when it lies on no credits; the catalogue's unless said. */
  readonly credits?: { readonly unit: string; readonly cost: number } | null | undefined;
  readonly key?: string | undefined;
  /** The side of the house it goes to; `usage` unless said. */
  readonly counter?: 'usage' | 'payout' | undefined;
  readonly source: string;
};

export type Captured = {
  readonly captured: number;
  readonly shortfall: number;
  readonly replayed: boolean;
};

/**
 * Captures `amount` of an open hold and releases the rest.
 *
 * @throws {NotFoundError} No such hold of this customer.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 * @throws {InvalidAmountError} More than is held, and not `beyond`.
 */
export async function captureHold(scope: Scope, input: CaptureHold): Promise<Captured> {
  if (input.amount !== undefined && input.amount !== 0) checkAmount(input.amount);
  const stored = await getHold(scope, input);
  return scope.transaction((inner) => captureUnderLocks(inner, { input, stored }));
}

async function captureUnderLocks(
  scope: Scope,
  { input, stored }: { input: CaptureHold; stored: StoredHold },
): Promise<Captured> {
  const credits = creditsBehind(scope, input, stored);
  const opened = await openLegs(scope, { stored, spare: input.beyond ? credits?.unit : undefined });
  const keyed = { key: input.key, requestHash: hashOf(input) };
  const first = await findFirst(scope, { opened, ...keyed });
  if (first !== null) return replayed(input, first);
  const legs = await openLegsOf(scope, { stored, opened });
  const held = legs.reduce((sum, one) => sum + restOf(one.leg) / one.leg.cost, 0);
  const wanted = input.amount ?? held;
  if (wanted > held && !input.beyond) {
    throw new InvalidAmountError(wanted, `at most the ${held} still held`);
  }
  const taken = Math.min(wanted, held);
  const featureId = await featureOfCredits(scope, stored);
  const facts = { usedById: stored.usedById, featureId };
  const { counter = 'usage' } = input;
  capture(legs, { units: taken, facts, keyed, counter, reference: stored.reference });
  if (input.final !== false || taken === held) releaseRest(legs);
  const isFrozen = opened.some(({ outlook }) => outlook.frozen);
  const more =
    input.beyond && !isFrozen
      ? spendMore(opened, { ...facts, ...restKeyed(keyed), units: wanted - taken, credits })
      : 0;
  for (const one of opened) await writeDraft(scope, one);
  await closeIfOver(scope, { stored, legs });
  return { captured: taken + more, shortfall: wanted - taken - more, replayed: false };
}

function hashOf({ hold, amount, final }: CaptureHold): bigint {
  return requestHash({ verb: 'capture', hold, amount: amount ?? null, final: final ?? true });
}

function replayed({ amount }: CaptureHold, captured: number): Captured {
  return { captured, shortfall: Math.max(0, (amount ?? captured) - captured), replayed: true };
}

/** What was captured under the key before, in uses: every leg's entry bears it. `null` when the key is free. */
async function findFirst(
  scope: Scope,
  { opened, key, requestHash: hash }: Keyed & { opened: readonly Opened[] },
): Promise<number | null> {
  if (key === undefined) return null;
  const balanceIds = opened.map(({ draft }) => draft.balance.id);
  const first = await findStanding(scope, { balanceIds, key, hash });
  return first && usesUnder(scope, { balanceIds, keys: [key, `${key}/rest`] });
}

/** What pays beyond the hold: the credits it lies on, else what the caller says, as it was sold; else the catalogue's. */
function creditsBehind(
  scope: Scope,
  { credits }: CaptureHold,
  { legs }: StoredHold,
): { unit: string; cost: number } | null {
  const [own, other] = legs;
  if (other) return other;
  return credits === undefined ? (featureOf(scope, own?.unit ?? '')?.credits ?? null) : credits;
}

/** The feature that the credits pay for. */
async function featureOfCredits(
  scope: Scope,
  { legs, featureId }: StoredHold,
): Promise<number | null> {
  const unit = legs[0]?.unit ?? '';
  return featureOf(scope, unit) ? featureIdOf(scope, unit) : featureId;
}

function releaseRest(legs: readonly OpenLeg[]): void {
  for (const { opened, leg } of legs) releaseLeg(opened.draft, leg, restOf(leg), opened.draft.now);
}

async function closeIfOver(
  scope: Scope,
  { stored, legs }: { stored: StoredHold; legs: readonly OpenLeg[] },
): Promise<void> {
  if (legs.some(({ leg }) => leg.open)) return;
  await closeHold(scope, { hold: stored.id, captured: legs.some(({ leg }) => leg.captured > 0) });
}

type Keyed = { readonly key: string | undefined; readonly requestHash: bigint };
type Facts = { readonly usedById: number | null; readonly featureId: number | null };

/** What was spent beyond the hold has the capture's key, and a word of its own. */
function restKeyed({ key, requestHash }: Keyed): { key?: string; requestHash?: bigint } {
  return key === undefined ? {} : { key: `${key}/rest`, requestHash };
}

function capture(
  legs: readonly OpenLeg[],
  {
    units,
    facts,
    keyed,
    counter,
    reference,
  }: Pick<StoredHold, 'reference'> & {
    units: number;
    facts: Facts;
    keyed: Keyed;
    counter: string;
  },
): void {
  let rest = units;
  for (const { opened, leg } of legs) {
    const uses = Math.min(rest, restOf(leg) / leg.cost);
    if (uses === 0) continue;
    rest -= uses;
    const amount = uses * leg.cost;
    post(opened.draft, {
      kind: 'capture',
      amount: 0 - amount,
      heldAmount: 0 - amount,
      facts: {
        counter,
        ofSequence: leg.sequence,
        usedById: facts.usedById,
        ...(reference && { reference }),
        ...(leg.leg === 1 && { featureId: facts.featureId, cost: leg.cost }),
        ...(keyed.key !== undefined && keyed),
      },
    });
    leg.captured += amount;
    leg.open = leg.captured + leg.released < leg.amount;
  }
}
