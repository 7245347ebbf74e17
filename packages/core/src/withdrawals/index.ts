/** The door of withdrawals: asking to be paid out, and what becomes of it. */
export { erasePayoutDetails } from './details.ts';
export {
  driverOf,
  type Payout,
  type PayoutDriver,
  type PayoutDrivers,
  type PayoutOutcome,
} from './driver.ts';
export * from './errors.ts';
export type { WithdrawalEvents, WithdrawalNews } from './events.ts';
export * from './inputs.ts';
export type { NamedWithdrawal } from './move-withdrawal.ts';
export { type ApproveWithdrawal, approveWithdrawal } from './operations/approve-withdrawal.ts';
export { type CancelWithdrawal, cancelWithdrawal } from './operations/cancel-withdrawal.ts';
export { endWithdrawals } from './operations/end-withdrawals.ts';
export { getWithdrawal } from './operations/get-withdrawal.ts';
export { isHeldForWithdrawal } from './operations/is-held-for-withdrawal.ts';
export { type ListWithdrawals, listWithdrawals } from './operations/list-withdrawals.ts';
export { type MarkPaid, markPaid } from './operations/mark-paid.ts';
export { type RejectWithdrawal, rejectWithdrawal } from './operations/reject-withdrawal.ts';
export {
  type RequestedWithdrawal,
  type RequestWithdrawal,
  requestWithdrawal,
} from './operations/request-withdrawal.ts';
export { beginPayout, PAYOUT, type Sending, settlePayout } from './operations/send-payout.ts';
export { withdrawalProof } from './proof.ts';
export { withdrawalRoutes } from './routes.ts';
export type { PayoutDetails, WithdrawalStep } from './rows.ts';
export type { WithdrawalStatus } from './status.ts';
export { type TestPayoutBehaviour, type TestPayouts, testPayouts } from './test-payouts.ts';
export type { Withdrawal } from './withdrawal.ts';
