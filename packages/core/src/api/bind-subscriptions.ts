/** The verbs of subscriptions over one context. Each reads its input by itself; nothing is decided here. */
import type { Scope } from '../kernel/index.ts';
import {
  addFeature,
  type CreatedSubscription,
  cancelSubscription,
  changePlan,
  currentSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  pauseSubscription,
  previewChange,
  purgeSubscription,
  removeFeature,
  resetUsage,
  restoreSubscription,
  resumeSubscription,
  setQuota,
  subscriptionPeriods,
  unpauseSubscription,
} from '../subscriptions/index.ts';
import type { Binding } from './binding.ts';

type Operation<T> = (scope: Scope, input: never) => Promise<T>;

/** All of them; `create` is shared with `subscribe`. */
export function bindSubscriptions(
  binding: Binding,
  create: (input: unknown) => Promise<CreatedSubscription>,
) {
  const reads =
    <T>(operation: Operation<T>) =>
    (input?: unknown): Promise<T> =>
      binding.read((scope) => operation(scope, binding.whole(input) as never));
  const commands =
    <T>(operation: Operation<T>) =>
    (input?: unknown): Promise<T> =>
      binding.command((scope) => operation(scope, binding.whole(input) as never));
  return {
    create,
    get: reads(getSubscription),
    current: reads(currentSubscription),
    list: reads(listSubscriptions),
    periods: reads(subscriptionPeriods),
    preview: reads(previewChange),
    cancel: commands(cancelSubscription),
    resume: commands(resumeSubscription),
    pause: commands(pauseSubscription),
    unpause: commands(unpauseSubscription),
    change: commands(changePlan),
    addFeature: commands(addFeature),
    removeFeature: commands(removeFeature),
    setQuota: commands(setQuota),
    reset: commands(resetUsage),
    delete: commands(deleteSubscription),
    restore: commands(restoreSubscription),
    purge: commands(purgeSubscription),
  };
}
