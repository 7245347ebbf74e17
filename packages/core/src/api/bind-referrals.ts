/** The verbs of `referrals`, over one context. Each reads its input and runs its operation; nothing is decided here. */
import { readInput } from '../kernel/index.ts';
import {
  attach,
  attachInput,
  codeInput,
  codeOf,
  collectInput,
  collectOutstanding,
  findCodeOwner,
  findTree,
  giveCode,
  listRewardEvents,
  listRewards,
  retryEvent,
  retryInput,
  reverseEvent,
  reverseEventInput,
  rewardEventsInput,
  rewardsInput,
  treeInput,
  trigger,
  triggerInput,
  validateCodeInput,
  writeOffInput,
  writeOffOutstanding,
} from '../referrals/index.ts';
import type { Binding } from './binding.ts';
import type { RewardingVerbs } from './referral-verbs.ts';

/** The verbs that a customer's handle has, too. */
export function bindReferrals(binding: Binding) {
  return {
    code: async (input?: unknown) => {
      const asked = readInput(codeInput, binding.whole(input));
      return { code: await binding.command((scope) => giveCode(scope, asked)) };
    },
    attach: async (input: unknown) => {
      const asked = readInput(attachInput, binding.whole(input));
      return binding.command((scope) => attach(scope, asked));
    },
    tree: async (input?: unknown) => {
      const asked = readInput(treeInput, binding.whole(input));
      return binding.read((scope) => findTree(scope, asked));
    },
    rewards: async (input?: unknown) => {
      const asked = readInput(rewardsInput, binding.whole(input));
      return binding.read((scope) => listRewards(scope, asked));
    },
  };
}

/** The verbs that only the kit has. */
export function bindRewarding(binding: Binding): RewardingVerbs {
  return {
    validate: async (input) => {
      const { code } = readInput(validateCodeInput, input);
      const usable = codeOf(code);
      if (usable === null) return { valid: false };
      const owner = await binding.read((scope) => findCodeOwner(scope, usable));
      return { valid: owner !== null };
    },
    trigger: async (input) => {
      const asked = readInput(triggerInput, input);
      const done = await binding.command((scope) => trigger(scope, asked));
      if (done.status === 'pending' || done.status === 'failed') binding.queued();
      return done;
    },
    retry: async (input) => {
      const asked = readInput(retryInput, input);
      return binding.command((scope) => retryEvent(scope, asked));
    },
    reverse: async (input) => {
      const asked = readInput(reverseEventInput, input);
      return binding.command((scope) => reverseEvent(scope, asked));
    },
    collect: async (input) => {
      const asked = readInput(collectInput, input);
      return binding.command((scope) => collectOutstanding(scope, asked));
    },
    writeOff: async (input) => {
      const asked = readInput(writeOffInput, input);
      return binding.command((scope) => writeOffOutstanding(scope, asked));
    },
    events: async (input = {}) => {
      const asked = readInput(rewardEventsInput, input);
      return binding.read((scope) => listRewardEvents(scope, asked));
    },
  };
}
