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
import { readInput, type Scope, ValidationError } from '../kernel/index.ts';
import {
  type CreatedSubscription,
  cancelSubscription,
  createSubscription,
  currentSubscription,
  getSubscription,
  listSubscriptions,
  resumeSubscription,
  subscriptionPeriods,
} from '../subscriptions/index.ts';
import { bindHolding } from './bind-holding.ts';
import { bindWallet } from './bind-wallet.ts';
import {
  checkInput,
  gaugeInput,
  giveBackInput,
  listEntitlementsInput,
  usageInput,
  useInput,
} from './inputs.ts';
import type { Context, Root } from './root.ts';
import type { Verbs } from './verbs.ts';

/** What a handle fills in: its customer, and who it is new as. Empty on the kit. */
export type Given = {
  readonly customer?: string | undefined;
  readonly kind?: string | undefined;
  readonly usedBy?: unknown;
};

/** How a verb reaches its scope, with what the handle fills in. */
export type Binding = {
  readonly given: Given;
  /** The input with the handle's customer. */
  whole(input: unknown): Record<string, unknown>;
  /** As `whole`, with the handle's `usedBy` where the input has none. */
  used(input: unknown): Record<string, unknown>;
  command<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  read<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
};

/** Binds one context; `given` comes from a customer's handle. */
export function bindingFor(root: Root, context: Context, given: Given): Binding {
  const { customer } = given;
  const whole = (input: unknown) => {
    if (customer === undefined) return { ...(input as object | undefined) };
    refuseOther(input);
    return { ...(input as object | undefined), customer };
  };
  return {
    given,
    whole,
    used: (input) => ({
      ...(given.usedBy !== undefined && { usedBy: given.usedBy }),
      ...whole(input),
    }),
    command: (work) => root.command(context, work),
    read: (work) => root.read(context, work),
  };
}

/** A handle's customer is fixed: naming one, even the same, is a mistake worth hearing of. */
function refuseOther(input: unknown): void {
  if (typeof input !== 'object' || input === null || !('customer' in input)) return;
  throw new ValidationError([
    { pointer: '/customer', detail: "is not known here: the handle's own is used, leave it out" },
  ]);
}

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
    periods: (input: unknown) =>
      binding.read((scope) => subscriptionPeriods(scope, whole(input) as never)),
  };
}

function asNew(binding: Binding, input: unknown): never {
  const { kind } = binding.given;
  return { ...(kind !== undefined && { kind }), ...binding.whole(input) } as never;
}
