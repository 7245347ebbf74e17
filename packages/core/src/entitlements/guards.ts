/**
 * What the three guards decide, as data: the engine in `http/` runs them on requests of any framework.
 *
 * A guard that could never pass (an unknown key, a wrong kind) throws when it is made, not when a request comes.
 */
import { partyOf } from '../customers/index.ts';
import type { Asker, GuardCatalog, Guards, TakingGuard } from '../http/index.ts';
import {
  addDuration,
  ConfigurationError,
  isBursarError,
  newId,
  type Scope,
} from '../kernel/index.ts';
import { captureHold, releaseHold, spendUpTo } from '../ledger/index.ts';
import { checkBalance, checkFeature, checkSubscribed } from './operations/check-feature.ts';
import { tryConsume } from './operations/consume.ts';
import { giveBackUse } from './operations/give-back-use.ts';
import { tryHoldFeature } from './operations/hold-feature.ts';
import { creditsOf, standingOf, subjectOf } from './standing.ts';

const consumes: TakingGuard = {
  name: 'consumes',
  check(catalog, { feature }) {
    const kind = kindOf(catalog, feature);
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
      return spendWhatThereIs(scope, asker, { feature: taking.feature, amount });
    if (amount === 0) {
      await releaseHold(scope, { hold: taken.hold, customer });
      return { captured: 0, shortfall: 0 };
    }
    const { captured, shortfall } = await captureHold(scope, {
      ...{ hold: taken.hold, customer, amount, key: rest },
      beyond: true,
      source: 'guards.capture',
    });
    return { captured, shortfall };
  },
};

export const guards: Guards = {
  subscribed: {
    name: 'subscribed',
    check(catalog, { feature }) {
      if (feature !== undefined) kindOf(catalog, feature);
    },
    decide: (scope, { customer }, { feature }) =>
      feature === undefined
        ? checkSubscribed(scope, { customer })
        : checkFeature(scope, { customer, feature, amount: 0 }),
  },
  minBalance: {
    name: 'minBalance',
    check(catalog, { unit, amount }) {
      if (!Object.hasOwn(catalog.units, unit))
        throw new ConfigurationError(`minBalance('${unit}'): the catalogue has no such unit.`);
      if (!Number.isSafeInteger(amount) || amount <= 0) {
        throw new ConfigurationError(
          `minBalance('${unit}', ${amount}): send a whole number above 0, in the unit's smallest part.`,
        );
      }
    },
    decide: (scope, { customer }, { unit, amount }) =>
      checkBalance(scope, { customer, unit, amount }),
  },
  consumes,
};

function kindOf(catalog: GuardCatalog, feature: string): string {
  const found = Object.hasOwn(catalog.features, feature) ? catalog.features[feature] : undefined;
  if (!found) throw new ConfigurationError(`The catalogue has no feature '${feature}'.`);
  return found.kind;
}

/** A request that was not enforced holds nothing; what its work cost is spent as far as it goes. */
async function spendWhatThereIs(
  scope: Scope,
  { customer, usedBy }: Asker,
  { feature, amount }: { feature: string; amount: number },
): Promise<{ captured: number; shortfall: number }> {
  if (amount === 0) return { captured: 0, shortfall: 0 };
  const party = usedBy === undefined ? undefined : partyOf(usedBy, customer);
  const standing = standingOf(scope, await subjectOf(scope, customer), feature);
  const credits = standing && creditsOf(standing);
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
