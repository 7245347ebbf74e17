/** What hosts see of withdrawals. */
export {
  BelowMinimumError,
  type CancelWithdrawal,
  type ListWithdrawals,
  type NamedWithdrawal,
  type PayoutDetails,
  type RequestedWithdrawal,
  type RequestWithdrawal,
  type Withdrawal,
  WithdrawalLimitError,
  type WithdrawalStatus,
  type WithdrawalStep,
  WithdrawalsDisabledError,
} from '../withdrawals/index.ts';
