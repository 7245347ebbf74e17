/** What withdrawals announce: each move once. Nothing of where the money goes: that is personal. */

/** The withdrawal's facts in every event. */
export type WithdrawalNews = {
  withdrawal: string;
  method: string;
  /** What is paid out. */
  payout: { amount: number; unit: string };
  /** What the wallet pays. */
  amount: { amount: number; unit: string };
  /** One whole of the wallet's unit in the payout's currency, ten decimals. */
  rate: string;
};

export type WithdrawalEvents = {
  'withdrawal.requested': WithdrawalNews;
  'withdrawal.approved': WithdrawalNews;
  'withdrawal.paid': WithdrawalNews;
  /** The driver says that it was not paid and will not be; what was set aside is free again. */
  'withdrawal.failed': WithdrawalNews;
  'withdrawal.rejected': WithdrawalNews;
  'withdrawal.canceled': WithdrawalNews;
};
