/**
 * Turning what a hold reserved into a debit: the quota's leg first, then the credits'.
 *
 * A capture moves settled and held together and draws nothing, for the hold drew already. What is not captured
 * goes back, unless more captures are to follow.
 */
import { featureOf } from '../../catalog/index.ts';
import { lockCustomer } from '../../customers/index.ts';
import {
  at,
  checkAmount,
  InvalidAmountError,
  requestHash,
  type Scope,
  sql,
} from '../../kernel/index.ts';
import type { LegRow } from '../draft.ts';
import { HoldClosedError, HoldExpiredError } from '../errors.ts';
import { findKeyed, standing } from '../keys.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { releaseLeg } from '../pass-time.ts';
import { post } from '../post.ts';
import { writeDraft } from '../write-draft.ts';
import { getHold, lockHold, type StoredHold } from './find-hold.ts';
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
  readonly key?: string | undefined;
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
  const credits = featureOf(scope, stored.legs[0]?.unit ?? '')?.credits ?? null;
  const opened = await openLegs(scope, { stored, spare: input.beyond ? credits?.unit : undefined });
  const first = opened[0];
  if (!first) throw new HoldClosedError(input.hold, stored.state);
  const hash = requestHash({
    verb: 'capture',
    hold: input.hold,
    amount: input.amount ?? null,
    final: input.final ?? true,
  });
  const earlier =
    input.key === undefined
      ? null
      : await findKeyed(scope, { balanceId: first.draft.balance.id, key: input.key });
  if (input.key !== undefined && standing(earlier, { key: input.key, hash })) {
    return { captured: input.amount ?? 0, shortfall: 0, replayed: true };
  }
  const legs = await openLegsOf(scope, { stored, opened });
  const held = legs.reduce((sum, one) => sum + restOf(one.leg) / one.leg.cost, 0);
  const wanted = input.amount ?? held;
  if (wanted > held && !input.beyond)
    throw new InvalidAmountError(wanted, `at most the ${held} still held`);
  const taken = Math.min(wanted, held);
  capture(legs, { units: taken, stored, key: input.key, hash });
  if (input.final !== false || taken === held)
    for (const { opened: one, leg } of legs) releaseLeg(one.draft, leg, restOf(leg), one.draft.now);
  const more = input.beyond
    ? spendMore(opened, {
        ...restKeyed(input.key, hash),
        units: wanted - taken,
        usedById: stored.usedById,
        featureId: stored.featureId,
        credits,
      })
    : 0;
  for (const one of opened) await writeDraft(scope, one);
  if (legs.every(({ leg }) => !leg.open))
    await closeHold(scope, { hold: stored.id, captured: legs.some(({ leg }) => leg.captured > 0) });
  return { captured: taken + more, shortfall: wanted - taken - more, replayed: false };
}

/** Locks the customer and the balances a hold lies on, and the credits that may pay for more than was held. */
export async function openLegs(
  scope: Scope,
  { stored, spare }: { stored: StoredHold; spare: string | undefined },
): Promise<Opened[]> {
  const customer = await lockCustomer(scope, { customer: stored.customer, mode: 'share' });
  const inputs = stored.legs.map((leg) => ({ customer, unit: leg.unit, stretches: [leg.stretch] }));
  const missing = spare !== undefined && !inputs.some((input) => input.unit === spare);
  if (missing) inputs.push({ customer, unit: spare, stretches: [] });
  return openBalances(scope, inputs);
}

/** An open leg, with the draft it lies on. */
export type OpenLeg = { readonly opened: Opened; readonly leg: LegRow };

/**
 * The legs of a hold that is still open at the drafts' now.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 */
export async function openLegsOf(
  scope: Scope,
  { stored, opened }: { stored: StoredHold; opened: readonly Opened[] },
): Promise<OpenLeg[]> {
  const state = await lockHold(scope, stored.id);
  if (state === 'expired') throw new HoldExpiredError(stored.id);
  if (state !== 'open') throw new HoldClosedError(stored.id, state);
  const legs = opened.flatMap((one) =>
    one.draft.legs.filter((leg) => leg.holdId === stored.id).map((leg) => ({ opened: one, leg })),
  );
  if (!legs.some(({ leg }) => leg.open)) throw new HoldExpiredError(stored.id);
  return legs.sort((one, other) => one.leg.leg - other.leg.leg);
}

/** What a leg still reserves, in its own unit. */
export function restOf(leg: LegRow): number {
  return leg.amount - leg.captured - leg.released;
}

type Keyed = { readonly key: string | undefined; readonly hash: bigint };

/** What was spent beyond the hold has the capture's key, and a word of its own. */
function restKeyed(key: string | undefined, hash: bigint): { key?: string; requestHash?: bigint } {
  return key === undefined ? {} : { key: `${key}/rest`, requestHash: hash };
}

function capture(
  legs: readonly OpenLeg[],
  { units, stored, key, hash }: Keyed & { units: number; stored: StoredHold },
): void {
  let rest = units;
  let unkeyed = key;
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
        counter: 'usage',
        ofSequence: leg.sequence,
        usedById: stored.usedById,
        featureId: stored.featureId,
        cost: leg.leg === 1 ? leg.cost : undefined,
        ...(unkeyed !== undefined && { key: unkeyed, requestHash: hash }),
      },
    });
    unkeyed = undefined;
    leg.captured += amount;
    leg.open = leg.captured + leg.released < leg.amount;
  }
}

/** Marks a hold as over. */
export async function closeHold(
  scope: Scope,
  { hold, captured }: { hold: string; captured: boolean },
): Promise<void> {
  await scope.run(sql`
    update bursar.holds set state = ${captured ? 'captured' : 'released'}::text, closed_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${hold}::text) and state = 'open'`);
}
