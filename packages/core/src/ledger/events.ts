/**
 * What the ledger announces. These stand in the entries and are read from there; only the quota's own news is
 * written to the outbox. Amounts are in the minor unit of `unit`.
 */
export type LedgerEvents = {
  'balance.updated': {
    unit: string;
    old: number;
    new: number;
    delta: number;
    kind: string;
    transfer: string;
  };
  /** It came down to the minimum of `credits.warnAtOrBelow`: once for each drop. Features tell of their quotas instead. */
  'balance.low': { unit: string; available: number; atOrBelow: number };
  'hold.created': { hold: string; unit: string; amount: number };
  'hold.captured': { hold: string; unit: string; amount: number };
  'hold.released': { hold: string; unit: string; amount: number };
  'hold.expired': { hold: string; unit: string; amount: number };
  'grant.created': { grant: string; unit: string; amount: number; source: string };
  /** What is left of it ends within `credits.warnExpiresIn`: once for each end. Not of a plan's quota. */
  'grant.expiring': {
    grant: string;
    unit: string;
    amount: number;
    source: string;
    expiresAt: string;
  };
  'grant.expired': { grant: string; unit: string; amount: number };
  'grant.voided': { grant: string; unit: string; amount: number };
  /** The last of the customer's quotas of this feature is used up or reserved. */
  'quota.reached': { feature: string; used: number; quota: number };
  /** `percent` of the summed quota was passed. */
  'quota.threshold': { feature: string; used: number; quota: number; percent: number };
};
