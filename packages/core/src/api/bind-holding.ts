/** Reserving units: on a feature, with its credits behind, or on a unit; and working under a hold. */

import { partyOf } from '../customers/index.ts';
import { holdFeature, soldCredits } from '../entitlements/index.ts';
import {
  addDuration,
  isBursarError,
  newId,
  readInput,
  type Scope,
  ValidationError,
} from '../kernel/index.ts';
import {
  CustomerFrozenError,
  captureHold,
  captureInput,
  extendHold,
  extendInput,
  getHold,
  holdInput,
  InsufficientBalanceError,
  releaseHold,
  spend,
} from '../ledger/index.ts';
import { getSetting } from '../settings/index.ts';
import type { Hold } from './answers.ts';
import type { Binding } from './binding.ts';
import { countingRefusals } from './refusals.ts';

/** `hold` and `withHold`, of one binding. */
export function bindHolding(binding: Binding) {
  const hold = (input: unknown) => place(binding, input);
  return {
    hold,
    async withHold<T>(input: unknown, work: (hold: Hold) => Promise<T>): Promise<T> {
      const placed = await hold(input);
      let answer: T;
      try {
        answer = await work(placed);
      } catch (error) {
        // What cannot be released now is over by itself when its time comes; the work's own error counts.
        await placed.release().catch(() => undefined);
        throw error;
      }
      await captureIfOpen(placed);
      return answer;
    },
  };
}

/** The work may have captured or released by itself. A hold whose time was over first is told: the work is not paid. */
async function captureIfOpen(placed: Hold): Promise<void> {
  try {
    await placed.capture();
  } catch (error) {
    if (!isBursarError(error) || error.code !== 'hold_closed') throw error;
  }
}

async function place(binding: Binding, input: unknown): Promise<Hold> {
  const asked = readInput(holdInput, binding.used(input));
  return binding.command(async (scope) => {
    const lasts = asked.expiresIn ?? String(await getSetting(scope, 'holds.ttl'));
    const expiresAt = expiryOf(scope, lasts, '/expiresIn');
    const wanted = { id: newId('hld'), expiresAt };
    const placed =
      asked.feature === undefined
        ? await countingRefusals('wallet.hold', () => holdUnit(scope, asked, wanted))
        : await holdFeature(scope, {
            ...asked,
            feature: asked.feature,
            kind: binding.given.kind,
            hold: wanted,
          });
    const stored =
      placed.hold === wanted.id ? { expiresAt } : await getHold(scope, { hold: placed.hold });
    return asHandle(binding, asked, {
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
  { customer, feature }: { customer: string; feature?: string | undefined },
  facts: Pick<Hold, 'id' | 'amount' | 'expiresAt' | 'replayed'>,
): Hold {
  const hold = facts.id;
  return {
    ...facts,
    capture: (amount, options) =>
      binding.inSpan('wallet.capture', async (scope) => {
        const { captured, shortfall } = await captureHold(scope, {
          ...readInput(captureInput, { hold, amount, final: options?.final }),
          credits: feature === undefined ? null : await soldCredits(scope, { customer, feature }),
          beyond: true,
          source: 'hold.capture',
        });
        return { captured, shortfall };
      }),
    release: () =>
      binding.inSpan('wallet.release', async (scope) => void (await releaseHold(scope, { hold }))),
    extend: (until) =>
      binding.inSpan('wallet.extend', (scope) =>
        extendHold(scope, {
          hold,
          until: expiryOf(scope, readInput(extendInput, { hold, until }).until, '/until'),
        }),
      ),
  };
}

/** The longest that a hold may reserve. */
const longest = 'P1Y';

/**
 * When a hold is over: a moment, or so long from now.
 * @throws {ValidationError} Not after now, or more than a year away.
 */
export function expiryOf(scope: Scope, until: string | Date, pointer: string): Date {
  const end = until instanceof Date ? until : addDuration(scope.now, until, 1, 'UTC');
  const isInRange = end > scope.now && end <= addDuration(scope.now, longest, 1, 'UTC');
  if (isInRange) return end;
  throw new ValidationError([{ pointer, detail: 'must lie after now, and within a year' }]);
}
