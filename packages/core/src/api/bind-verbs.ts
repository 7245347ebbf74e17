/**
 * The verbs of a kit, or of a customer's handle, over one context. Each reads its input, and runs its operation in a
 * scope of its own; nothing is decided here.
 */
import type { AnyKeys } from '../catalog/index.ts';
import {
  checkFeature,
  consume,
  giveBackUse,
  listEntitlements,
  setGauge,
  tryConsume,
  usageOf,
} from '../entitlements/index.ts';
import { readInput } from '../kernel/index.ts';
import { createSubscription } from '../subscriptions/index.ts';
import { bindHolding } from './bind-holding.ts';
import { bindOffers, bindOrders } from './bind-orders.ts';
import { bindReferrals } from './bind-referrals.ts';
import { bindSubscriptions } from './bind-subscriptions.ts';
import { bindWallet } from './bind-wallet.ts';
import { bindWithdrawals } from './bind-withdrawals.ts';
import type { Binding } from './binding.ts';
import {
  checkInput,
  gaugeInput,
  giveBackInput,
  listEntitlementsInput,
  usageInput,
  useInput,
} from './inputs.ts';
import type { Verbs } from './verbs.ts';

/** All verbs; typed for any keys, the kit narrows them. */
export function bindVerbs(binding: Binding): Verbs<AnyKeys, { customer: string }> {
  const verbs = { ...bindMetering(binding), ...bindHolding(binding) };
  const create = (input: unknown) =>
    binding.command((scope) => createSubscription(scope, asNew(binding, input)));
  return {
    ...verbs,
    subscribe: create,
    subscriptions: bindSubscriptions(binding, create),
    entitlements: {
      ...bindMetering(binding),
      set: async (input: unknown) => {
        const { ...asked } = readInput(gaugeInput, binding.used(input));
        return binding.command((scope) => setGauge(scope, asked));
      },
      list: async (input?: unknown) => {
        const { customer } = readInput(listEntitlementsInput, binding.whole(input));
        return binding.read((scope) => listEntitlements(scope, { customer }));
      },
      usage: async (input: unknown) => {
        const asked = readInput(usageInput, binding.whole(input));
        return binding.read((scope) => usageOf(scope, asked));
      },
    },
    wallet: bindWallet(binding, verbs.hold),
    offers: bindOffers(binding),
    orders: bindOrders(binding),
    referrals: bindReferrals(binding),
    withdrawals: bindWithdrawals(binding),
  } as unknown as Verbs<AnyKeys, { customer: string }>;
}

function bindMetering(binding: Binding) {
  return {
    check: async (input: unknown) => {
      const asked = readInput(checkInput, binding.used(input));
      return binding.read((scope) => checkFeature(scope, asked));
    },
    consume: async (input: unknown) => {
      const asked = readInput(useInput, binding.used(input));
      return binding.command((scope) => consume(scope, { ...asked, kind: binding.given.kind }));
    },
    tryConsume: async (input: unknown) => {
      const asked = readInput(useInput, binding.used(input));
      return binding.command((scope) => tryConsume(scope, { ...asked, kind: binding.given.kind }));
    },
    giveBack: async (input: unknown) => {
      const asked = readInput(giveBackInput, binding.used(input));
      return binding.command((scope) => giveBackUse(scope, asked));
    },
  };
}

function asNew(binding: Binding, input: unknown): never {
  const { kind } = binding.given;
  return { ...(kind !== undefined && { kind }), ...binding.whole(input) } as never;
}
