/** The door of referrals: who invited whom, and by which code. */
export {
  AlreadyReferredError,
  CodeTakenError,
  ReferralCycleError,
  ReferralsOffError,
  SelfReferralError,
} from './errors.ts';
export type { ReferralEvents } from './events.ts';
export { attachInput, codeInput, treeInput } from './inputs.ts';
export { type Attach, type Attached, attach } from './operations/attach.ts';
export { type FindTree, findTree, type Referral, type Tree } from './operations/find-tree.ts';
export { forgetReferrals } from './operations/forget-referrals.ts';
export { type GiveCode, giveCode } from './operations/give-code.ts';
