/**
 * Taking units from a customer's balance, for good or on hold: the hottest line of the house.
 *
 * One statement locks the balance, asks it, writes the entry and moves the balance; too little, something due,
 * a mark to announce or a key seen before give no row, and nothing has moved. Then the slow form looks closer:
 * under the locks it catches up, replays, splits over credits, announces, or refuses.
 */

import { featureIdOf, unitOf } from '../../catalog/index.ts';
import { lockCustomer } from '../../customers/index.ts';
import { checkAmount, type Scope } from '../../kernel/index.ts';
import type { EntryFacts, EntryRow, LegRow } from '../draft.ts';
import { transferId } from '../entry-news.ts';
import { InvalidStateError } from '../errors.ts';
import { figuresOf } from '../figures.ts';
import { findBalanceId, recallBalanceId } from '../find-balance-id.ts';
import { findKeyed, standing } from '../keys.ts';
import { noticeUse } from '../notice-use.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { post } from '../post.ts';
import { prepareSpend } from '../prepare-spend.ts';
import type { Prepared, Spend, SpendAnswer } from '../spending.ts';
import { type Parts, split } from '../split.ts';
import { quotaOf } from '../targets.ts';
import { writeDraft } from '../write-draft.ts';
import { insertHold } from './insert-hold.ts';
import { replayAtOnce, replayOf } from './replay-at-once.ts';
import { refuseAtOnce, spendAtOnce } from './spend-at-once.ts';

/**
 * Takes `amount`, all of it or nothing. The same key with the same request answers as the first time did.
 *
 * @returns Refusals are answers: no unit moved; a catch-up and newly named customers or parties may stay.
 * @throws {InvalidAmountError} Not a whole number above zero.
 * @throws {InvalidStateError} The unit is a gauge: its level is somebody's part, and is set or changed.
 * @throws {IdempotencyConflictError} The key holds another request; the first one stands.
 */
export async function spend(scope: Scope, input: Spend): Promise<SpendAnswer> {
  checkAmount(input.amount);
  if (unitOf(scope, input.unit).kind === 'gauge')
    throw new InvalidStateError(`${input.unit} is a gauge: change its level instead.`);
  const prepared = await prepareSpend(scope, input);
  const closer = () => scope.transaction((inner) => spendUnderLocks(inner, prepared));
  const balanceId =
    input.from === 'credits'
      ? null
      : (recallBalanceId(scope, input) ?? (await findBalanceId(scope, input)));
  if (balanceId === null) return closer();
  const { spendQueue } = scope.ports;
  if (spendQueue && !scope.inTransaction)
    return spendQueue.spend({ scope, balanceId, input: prepared, closer });
  const done =
    (await spendAtOnce(scope, balanceId, prepared)) ??
    (await refuseAtOnce(scope, balanceId, prepared)) ??
    (await replayAtOnce(scope, balanceId, prepared));
  return done ?? closer();
}

async function spendUnderLocks(scope: Scope, input: Prepared): Promise<SpendAnswer> {
  const customer = await lockCustomer(scope, {
    customer: input.customer,
    kind: input.kind,
    mode: 'share',
  });
  const credits = input.from === 'quota' ? null : input.credits;
  const units = credits ? [input.unit, credits.unit] : [input.unit];
  const [own, other] = await openBalances(
    scope,
    units.map((unit) => ({ customer, unit })),
  );
  if (!own) throw new Error(`The balance of ${input.unit} was not opened.`);
  const earlier =
    input.key === undefined
      ? null
      : await findKeyed(scope, { balanceId: own.draft.balance.id, key: input.key });
  const first =
    input.key === undefined || input.hash === undefined
      ? null
      : standing(earlier, { key: input.key, hash: input.hash });
  if (first) {
    await writeDraft(scope, own);
    return replayOf(scope, { balanceId: own.draft.balance.id, first, now: own.draft.balance });
  }
  const isFrozen = own.outlook.frozen || other?.outlook.frozen === true;
  const parts = isFrozen ? null : split(input, own, other);
  if (parts)
    await book(scope, input, { own, other, parts, attempt: earlier ? earlier.attempt + 1 : 0 });
  await writeDraft(scope, own);
  if (other) await writeDraft(scope, other);
  if (!parts) return refusal(own, other, isFrozen);
  if (input.hold) await insertHold(scope, { customerId: customer.id, spend: input, own, other });
  return allowed(own, input);
}

async function book(
  scope: Scope,
  input: Prepared,
  {
    own,
    other,
    parts,
    attempt,
  }: { own: Opened; other: Opened | undefined; parts: Parts; attempt: number },
): Promise<void> {
  const keyed = { key: input.key, keyAttempt: attempt, requestHash: input.hash };
  const common = { usedById: input.usedById, reference: input.reference };
  if (parts.credits === 0 || !other) {
    take(own, input, parts.own, { ...common, ...keyed, featureId: input.featureId });
    return;
  }
  const featureId = await featureIdOf(scope, input.feature ?? input.unit);
  const pair = { own: own.draft.balance.sequence + 1, other: other.draft.balance.sequence + 1 };
  take(own, input, parts.own, {
    ...common,
    ...keyed,
    counterBalanceId: other.draft.balance.id,
    counterSequence: pair.other,
  });
  take(other, input, parts.credits, {
    ...common,
    featureId,
    cost: input.credits?.cost,
    counterBalanceId: own.draft.balance.id,
    counterSequence: pair.own,
  });
}

/** Posts one balance's part, names its payers and notices which thresholds it passed. */
function take(opened: Opened, input: Prepared, units: number, facts: EntryFacts): EntryRow {
  const { draft } = opened;
  const before = quotaOf(draft, opened.outlook.plan);
  const counter = units > 0 && !input.hold ? 'usage' : undefined;
  const entry = post(draft, {
    kind: input.hold ? 'hold' : 'debit',
    amount: input.hold ? 0 : 0 - units,
    heldAmount: input.hold ? units : 0,
    draws: units,
    facts: { ...facts, counter },
  });
  if (input.hold)
    draft.legs.push(
      legOf(entry, input.hold, {
        cost: facts.cost ?? 1,
        leg: facts.cost === undefined ? 0 : 1,
        units,
      }),
    );
  noticeUse(opened, before.used);
  return entry;
}

function legOf(
  entry: EntryRow,
  hold: { id: string; expiresAt: Date | null },
  { cost, leg, units }: { cost: number; leg: number; units: number },
): LegRow {
  return {
    holdId: hold.id,
    leg,
    sequence: entry.sequence,
    drawnTo: entry.drawnTo,
    amount: units,
    captured: 0,
    released: 0,
    cost,
    expiresAt: hold.expiresAt,
    open: units > 0,
  };
}

function allowed({ draft }: Opened, input: Prepared): SpendAnswer {
  const entry = draft.entries.findLast((one) => one.kind === 'debit' || one.kind === 'hold');
  return {
    allowed: true,
    transferId: transferId(draft.balance.id, entry?.sequence ?? 0),
    replayed: false,
    hold: input.hold?.id ?? null,
    figures: figuresOf(draft.balance),
  };
}

function refusal(own: Opened, other: Opened | undefined, frozen: boolean): SpendAnswer {
  return {
    allowed: false,
    reason: frozen ? 'customer_frozen' : 'insufficient',
    figures: figuresOf(own.draft.balance),
    credits: other ? figuresOf(other.draft.balance) : null,
  };
}
