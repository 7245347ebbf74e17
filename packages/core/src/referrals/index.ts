/** The door of referrals: who invited whom, and by which code. */
export type { Capabilities } from './capabilities.ts';
export { findCodeOwner } from './code-owner.ts';
export {
  AlreadyReferredError,
  CodeTakenError,
  NotReversibleError,
  ReferralCycleError,
  ReferralsOffError,
  SelfReferralError,
} from './errors.ts';
export type { ReferralEvents } from './events.ts';
export {
  attachInput,
  codeInput,
  collectInput,
  retryInput,
  reverseEventInput,
  rewardEventsInput,
  rewardsInput,
  treeInput,
  triggerInput,
  validateCodeInput,
  writeOffInput,
} from './inputs.ts';
export { codeOf, type LinkOptions } from './link.ts';
export { type Attach, type Attached, attach } from './operations/attach.ts';
export { captureClick, type LinkCookie, type Visit } from './operations/capture-click.ts';
export {
  type Collected,
  type CollectOutstanding,
  collectOutstanding,
} from './operations/collect-outstanding.ts';
export {
  type FindTree,
  findReferral,
  findTree,
  type Referral,
  type Tree,
} from './operations/find-tree.ts';
export { forgetClicks } from './operations/forget-clicks.ts';
export { forgetReferrals } from './operations/forget-referrals.ts';
export { type GiveCode, giveCode } from './operations/give-code.ts';
export { type ListRewardEvents, listRewardEvents } from './operations/list-reward-events.ts';
export { type ListedReward, type ListRewards, listRewards } from './operations/list-rewards.ts';
export {
  type ProcessEvent,
  processEvent,
  retryEvent,
  stateOf,
} from './operations/process-event.ts';
export { type ReverseEvent, reverseEvent } from './operations/reverse-event.ts';
export { reverseWithOrder, rewardedWithOrder } from './operations/reverse-with-order.ts';
export { sponsorNewcomer } from './operations/sponsor-newcomer.ts';
export { type FireTrigger, REWARD, type Triggered, trigger } from './operations/trigger.ts';
export {
  type WriteOffOutstanding,
  type WrittenOff,
  writeOffOutstanding,
} from './operations/write-off-outstanding.ts';
export { rewardProof } from './proof.ts';
export { leaseMilliseconds } from './record-event.ts';
export type { Reward, RewardEvent } from './reward-rows.ts';
export { referralRoutes } from './routes.ts';
export type { Subject } from './subjects.ts';
export {
  defineTrigger,
  isAlias,
  type Trigger,
  type TriggerSetting,
  type Triggers,
  triggerSettings,
  type Worth,
} from './triggers.ts';
