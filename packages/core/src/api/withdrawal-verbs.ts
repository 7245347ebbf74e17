/** Being paid out: the verbs of `withdrawals`, written once for the kit and for a customer's handle. */
import type { Keys } from '../catalog/index.ts';
import type { Page } from '../kernel/index.ts';
import type {
  ApproveWithdrawal,
  CancelWithdrawal,
  ListWithdrawals,
  MarkPaid,
  NamedWithdrawal,
  RejectWithdrawal,
  RequestedWithdrawal,
  RequestWithdrawal,
  Withdrawal,
} from '../withdrawals/index.ts';
import type { Perhaps, Without } from './asked.ts';

export interface WithdrawalVerbs<K extends Keys, With> {
  /**
   * Asks for so much of `currency`: what it costs is set aside at the rate of now, and an operator decides.
   * @throws {InsufficientBalanceError} @throws {BelowMinimumError} @throws {WithdrawalLimitError} @throws {RateMissingError}
   */
  request(
    input: With & Without<RequestWithdrawal, 'kind' | 'currency'> & { currency: K['unit'] },
  ): Promise<RequestedWithdrawal>;
  /** On the kit, of any customer unless one is named. */
  get(input: Perhaps<With> & Without<NamedWithdrawal, never>): Promise<Withdrawal>;
  /** Newest first. On the kit, of all customers unless one is named. */
  list(input?: Perhaps<With> & Without<ListWithdrawals, never>): Promise<Page<Withdrawal>>;
  /** As long as it is pending or approved. @throws {InvalidStateError} */
  cancel(input: With & Without<CancelWithdrawal, never>): Promise<Withdrawal>;
}

/** What operators decide: on the kit alone. */
export interface WithdrawalReviewVerbs {
  /** Agrees to pay it. Again, nothing happens. @throws {SelfApprovalError} @throws {CoolingOffError} @throws {CustomerOwesError} @throws {InvalidStateError} */
  approve(input: ApproveWithdrawal): Promise<Withdrawal>;
  /** Gives back what was set aside; its customer reads the reason. @throws {InvalidStateError} */
  reject(input: RejectWithdrawal): Promise<Withdrawal>;
  /** It was paid by hand. @throws {SelfApprovalError} @throws {CoolingOffError} @throws {CustomerOwesError} @throws {InvalidStateError} */
  markPaid(input: MarkPaid): Promise<Withdrawal>;
}
