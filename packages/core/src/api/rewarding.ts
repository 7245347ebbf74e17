/** What hosts see of referrals. */
export {
  AlreadyReferredError,
  type Attach,
  type Attached,
  CodeTakenError,
  type FindTree,
  type GiveCode,
  type Referral,
  ReferralCycleError,
  ReferralsOffError,
  SelfReferralError,
  type Tree,
} from '../referrals/index.ts';
