/** What referrals announce. Payloads name customers by the host's ids. */
export type ReferralEvents = {
  /** Once per customer: a sponsor stays. */
  'referral.attached': { customer: string; sponsor: string };
  /** A link was used. In this process only, unless clicks are logged. */
  'referral.clicked': { code: string; sponsor: string };
  /** It happened, and is processed later. */
  'reward_event.recorded': Omit<RewardEventNews, 'rewards'>;
  /** An attempt at it failed, with a code of `errors` if it is one of the kit's; nothing was paid. It is tried again. */
  'reward_event.failed': Omit<RewardEventNews, 'rewards'> & {
    attempt: number;
    code: string | null;
  };
  /** It happened, and its rewards are paid. Of one that was skipped nothing is. */
  'reward_event.processed': RewardEventNews;
  'reward_event.skipped': RewardEventNews & { reason: 'disabled' | 'exclusive' };
  /** Wholly, or a share of it. `outstanding` is what could not be taken from those who had it. */
  'reward_event.reversed': {
    event: string;
    reversal: string;
    trigger: string;
    externalId: string;
    basisPoints: number;
    unit: string | null;
    outstanding: number;
  };
  /** An operator had something taken that was outstanding, or stopped asking for it. `trigger` and `externalId` are of what was reversed. */
  'reward_event.collected': RecoveryNews;
  'reward_event.written_off': RecoveryNews;
  'reward.paid': {
    event: string;
    trigger: string;
    beneficiary: string;
    kind: 'actor' | 'upline';
    level: number;
    amount: number;
    unit: string;
    /** Null: it counts at once. */
    maturesAt: string | null;
  };
};

type RewardEventNews = { event: string; trigger: string; externalId: string; rewards: number };

type RecoveryNews = {
  /** What was reversed. */
  event: string;
  reversal: string;
  trigger: string;
  externalId: string;
  unit: string | null;
  amount: number;
  /** What is left of it. */
  outstanding: number;
};
