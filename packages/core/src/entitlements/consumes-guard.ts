/**
 * What `consumes` takes of a request, how it is undone, and what the request's own capture costs.
 *
 * Undoing twice changes nothing, so whoever ends a request need not know who else did.
 */
import { partyOf } from '../customers/index.ts';
import type { Asker, TakingGuard } from '../http/index.ts';
import {
  addDuration,
  ConfigurationError,
  isBursarError,
  newId,
  type Scope,
} from '../kernel/index.ts';
import { captureHold, releaseHold, spendUpTo } from '../ledger/index.ts';
import { kindInCatalog } from './kind-in-catalog.ts';
import { tryConsume } from './operations/consume.ts';
import { giveBackUse } from './operations/give-back-use.ts';
import { tryHoldFeature } from './operations/hold-feature.ts';
import { soldCredits } from './sold-credits.ts';

export const consumes: TakingGuard = {
  name: 'consumes',
  check(catalog, { feature }) {
    const kind = kindInCatalog(catalog, feature);
    if (kind !== 'metered')
      throw new ConfigurationError(
        `consumes('${feature}') needs a metered feature; this one is ${kind}.`,
      );
  },
  async take(scope, { customer, kind, usedBy }, { feature, amount, from, key, bound, hold }) {
    const use = {
      customer,
      kind,
      usedBy,
      feature,
      amount,
      from,
      bound,
      idempotencyKey: key,
      source: 'guards.consumes',
    };
    if (hold === undefined) return tryConsume(scope, use);
    return tryHoldFeature(scope, {
      ...use,
      hold: { id: newId('hld'), expiresAt: addDuration(scope.now, hold, 1, 'UTC') },
    });
  },
  async undo(scope, { customer }, { feature }, taken) {
    await once(async () => {
      if (taken.hold !== undefined) await releaseHold(scope, { hold: taken.hold, customer });
      else if (taken.transferId !== undefined)
        await giveBackUse(scope, { customer, feature, of: taken.transferId });
    });
  },
  async capture(scope, asker, taking, taken, amount) {
    const { customer } = asker;
    const rest = taking.key === undefined ? undefined : `${taking.key}/capture`;
    if (taken?.hold === undefined)
      return spendWhatThereIs(scope, asker, { feature: taking.feature, amount, from: taking.from });
    if (amount === 0) {
      await releaseHold(scope, { hold: taken.hold, customer });
      return { captured: 0, shortfall: 0 };
    }
    const { captured, shortfall } = await captureHold(scope, {
      ...{ hold: taken.hold, customer, amount, key: rest },
      credits: await soldCredits(scope, { customer, feature: taking.feature, from: taking.from }),
      beyond: true,
      source: 'guards.capture',
    });
    return { captured, shortfall };
  },
};

/** A request that was not enforced holds nothing; what its work cost is spent as far as it goes. */
async function spendWhatThereIs(
  scope: Scope,
  { customer, usedBy }: Asker,
  { feature, amount, from }: { feature: string; amount: number; from: string | undefined },
): Promise<{ captured: number; shortfall: number }> {
  if (amount === 0) return { captured: 0, shortfall: 0 };
  const party = usedBy === undefined ? undefined : partyOf(usedBy, customer);
  const credits = await soldCredits(scope, { customer, feature, from });
  const captured = await spendUpTo(scope, {
    customer,
    unit: feature,
    amount,
    usedBy: party,
    credits,
  });
  return { captured, shortfall: amount - captured };
}

/** Undoing twice changes nothing: what is given back, released or over stays so. */
async function once(undo: () => Promise<void>): Promise<void> {
  try {
    await undo();
  } catch (error) {
    const isDone =
      isBursarError(error) && ['invalid_state', 'hold_closed', 'hold_expired'].includes(error.code);
    if (!isDone) throw error;
  }
}
