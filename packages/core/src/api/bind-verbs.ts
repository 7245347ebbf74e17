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
import {
  addFeature,
  type CreatedSubscription,
  cancelSubscription,
  createSubscription,
  currentSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  purgeSubscription,
  removeFeature,
  restoreSubscription,
  resumeSubscription,
  setQuota,
  subscriptionPeriods,
} from '../subscriptions/index.ts';
import { bindHolding } from './bind-holding.ts';
import { bindWallet } from './bind-wallet.ts';
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

function bindSubscriptions(
  binding: Binding,
  create: (input: unknown) => Promise<CreatedSubscription>,
) {
  const { whole } = binding;
  return {
    create,
    get: (input: unknown) => binding.read((scope) => getSubscription(scope, whole(input) as never)),
    current: (input?: unknown) =>
      binding.read((scope) => currentSubscription(scope, whole(input) as never)),
    list: (input?: unknown) =>
      binding.read((scope) => listSubscriptions(scope, whole(input) as never)),
    cancel: (input?: unknown) =>
      binding.command((scope) => cancelSubscription(scope, whole(input) as never)),
    resume: (input?: unknown) =>
      binding.command((scope) => resumeSubscription(scope, whole(input) as never)),
    addFeature: (input: unknown) =>
      binding.command((scope) => addFeature(scope, whole(input) as never)),
    removeFeature: (input: unknown) =>
      binding.command((scope) => removeFeature(scope, whole(input) as never)),
    setQuota: (input: unknown) =>
      binding.command((scope) => setQuota(scope, whole(input) as never)),
    delete: (input: unknown) =>
      binding.command((scope) => deleteSubscription(scope, whole(input) as never)),
    restore: (input: unknown) =>
      binding.command((scope) => restoreSubscription(scope, whole(input) as never)),
    purge: (input: unknown) =>
      binding.command((scope) => purgeSubscription(scope, whole(input) as never)),
    periods: (input: unknown) =>
      binding.read((scope) => subscriptionPeriods(scope, whole(input) as never)),
  };
}

function asNew(binding: Binding, input: unknown): never {
  const { kind } = binding.given;
  return { ...(kind !== undefined && { kind }), ...binding.whole(input) } as never;
}
