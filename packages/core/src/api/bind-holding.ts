/** Reserving units: on a feature, with its credits behind, or on a unit; and working under a hold. */

import { partyOf } from '../customers/index.ts';
import { holdFeature } from '../entitlements/index.ts';
import { addDuration, isBursarError, newId, readInput, type Scope } from '../kernel/index.ts';
import {
  CustomerFrozenError,
  captureHold,
  extendHold,
  getHold,
  holdInput,
  InsufficientBalanceError,
  releaseHold,
  spend,
} from '../ledger/index.ts';
import { getSetting } from '../settings/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { Hold } from './answers.ts';
import type { Binding } from './binding.ts';

/** `hold` and `withHold`, of one binding. */
export function bindHolding(binding: Binding) {
  const hold = (input: unknown) => place(binding, input);
  return {
    hold,
    async withHold<T>(input: unknown, work: (hold: Hold) => Promise<T>): Promise<T> {
      const placed = await hold(input);
      const answer = await work(placed).catch(async (error: unknown) => {
        await ifOpen(() => placed.release());
        throw error;
      });
      await ifOpen(() => placed.capture());
      return answer;
    },
  };
}

/** The work may have captured or released by itself; then there is nothing left to do. */
async function ifOpen(settle: () => Promise<unknown>): Promise<void> {
  try {
    await settle();
  } catch (error) {
    const isOver =
      isBursarError(error) && (error.code === 'hold_closed' || error.code === 'hold_expired');
    if (!isOver) throw error;
  }
}

async function place(binding: Binding, input: unknown): Promise<Hold> {
  const asked = readInput(holdInput, binding.used(input));
  return binding.command(async (scope) => {
    const lasts = asked.expiresIn ?? String(await getSetting(scope, 'holds.ttl'));
    const expiresAt = addDuration(scope.now, lasts, 1, 'UTC');
    const wanted = { id: newId('hld'), expiresAt };
    const placed =
      asked.feature === undefined
        ? await holdUnit(scope, asked, wanted)
        : await holdFeature(scope, {
            ...asked,
            feature: asked.feature,
            kind: binding.given.kind,
            hold: wanted,
          });
    const stored =
      placed.hold === wanted.id ? { expiresAt } : await getHold(scope, { hold: placed.hold });
    return asHandle(binding, {
      id: placed.hold,
      amount: asked.amount,
      expiresAt: stored.expiresAt ?? expiresAt,
      replayed: placed.replayed,
    });
  });
}

type Wanted = { id: string; expiresAt: Date };

async function holdUnit(
  scope: Scope,
  asked: ReturnType<typeof holdInput.parse>,
  hold: Wanted,
): Promise<{ hold: string; replayed: boolean }> {
  const { customer, amount, usedBy, idempotencyKey: key, reference } = asked;
  const unit = asked.unit ?? '';
  const answer = await spend(scope, {
    ...{ customer, unit, amount, key, reference, hold },
    usedBy: usedBy === undefined ? undefined : partyOf(usedBy, customer),
    source: 'wallet.hold',
    request: { verb: 'hold', unit, amount, usedBy: usedBy ?? null, reference: reference ?? null },
  });
  if (answer.allowed) return { hold: answer.hold ?? hold.id, replayed: answer.replayed };
  if (answer.reason === 'customer_frozen') throw new CustomerFrozenError(customer);
  throw new InsufficientBalanceError({ unit, amount, available: answer.figures.available });
}

function asHandle(
  binding: Binding,
  facts: Pick<Hold, 'id' | 'amount' | 'expiresAt' | 'replayed'>,
): Hold {
  const hold = facts.id;
  return {
    ...facts,
    capture: (amount, options) =>
      binding.command(async (scope) => {
        const { captured, shortfall } = await captureHold(scope, {
          ...{ hold, amount, final: options?.final, beyond: true },
          source: 'hold.capture',
        });
        return { captured, shortfall };
      }),
    release: () => binding.command(async (scope) => void (await releaseHold(scope, { hold }))),
    extend: (until) =>
      binding.command((scope) => extendHold(scope, { hold, until: momentOf(scope, until) })),
  };
}

/** A moment, or so long from now. */
export function momentOf(scope: Scope, until: string | Instant): Date {
  if (until instanceof Date) return until;
  return until.startsWith('P') ? addDuration(scope.now, until, 1, 'UTC') : new Date(until);
}
