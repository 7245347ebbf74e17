/** What referrals announce. Payloads name customers by the host's ids. */
export type ReferralEvents = {
  /** Once per customer: a sponsor stays. */
  'referral.attached': { customer: string; sponsor: string };
};
