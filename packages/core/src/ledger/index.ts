/**
 * The ledger's door: the only code that writes money. Everything that can run out is a balance here, filled by
 * grants, emptied by spends and holds, and every change of it is an entry.
 */

export {
  costAt,
  findRate,
  fixedRates,
  type Rate,
  RateMissingError,
  type RatePair,
  type Rates,
  rateBetween,
} from '../rates/index.ts';
export { ledgerAdminRoutes } from './admin-routes.ts';
export { balanceOf, type ShownBalance } from './balance-of.ts';
export * from './correction-inputs.ts';
export { grantName, transferId } from './entry-news.ts';
export {
  CustomerFrozenError,
  HoldClosedError,
  HoldExpiredError,
  InsufficientBalanceError,
  InvalidStateError,
  LimitExceededError,
} from './errors.ts';
export type { LedgerEvents } from './events.ts';
export type { Figures } from './figures.ts';
export { figuresOf } from './figures.ts';
export * from './inputs.ts';
export { TOP_UP } from './low.ts';
export { measuredSpend as spend } from './measured-spend.ts';
export { type Adjust, type Adjusted, adjust } from './operations/adjust.ts';
export { type BalanceAt, balanceAt, type Stood } from './operations/balance-at.ts';
export { type Captured, type CaptureHold, captureHold } from './operations/capture-hold.ts';
export { type ChangeGauge, changeGauge, type GaugeAnswer } from './operations/change-gauge.ts';
export { type CheckCeiling, checkCeiling } from './operations/check-ceiling.ts';
export { type ClawBack, type Clawed, type ClawedLine, clawBack } from './operations/claw-back.ts';
export { type CountUsage, countUsage, type UsedPart } from './operations/count-usage.ts';
export { type Credit, type Credited, credit } from './operations/credit.ts';
export { type BatchLine, type BatchOutcome, creditBatch } from './operations/credit-batch.ts';
export {
  type CreditRewards,
  creditRewards,
  type RewardLine,
} from './operations/credit-rewards.ts';
export { type Exchange, type Exchanged, exchange } from './operations/exchange.ts';
export { type Explain, type Explained, explain } from './operations/explain.ts';
export { figuresAtOnce } from './operations/figures-at-once.ts';
export {
  type Projected,
  type ProjectedGrant,
  type ProjectedWindow,
  readBalance,
  strangerAt,
} from './operations/find-balance.ts';
export { getHold, type StoredHold } from './operations/find-hold.ts';
export { findTransferUnit } from './operations/find-transfer-unit.ts';
export { freezeBalance } from './operations/freeze-balance.ts';
export { freezeCustomer } from './operations/freeze-customer.ts';
export { type GiveBack, type GivenBack, giveBack } from './operations/give-back.ts';
export { listEntries, type StatementInput, type StatementLine } from './operations/list-entries.ts';
export { type HoldLine, type ListHolds, listHolds } from './operations/list-holds.ts';
export { type ListOwed, listOwed, type Owed } from './operations/list-owed.ts';
export {
  type LotMove,
  type MovedLot,
  type MoveLots,
  moveLots,
} from './operations/move-lots.ts';
export { newsOfEntries } from './operations/news-of-entries.ts';
export { publishEntries, readEntriesFromNow } from './operations/publish-entries.ts';
export {
  type Behind,
  type BehindLot,
  readBehind,
  type UnbookedEntry,
} from './operations/read-behind.ts';
export { type Lot, type LotOf, readLots } from './operations/read-lots.ts';
export { extendHold, releaseHold } from './operations/release-hold.ts';
export { type Reverse, type Reversed, reverse } from './operations/reverse.ts';
export { type Expiring, type SetExpiry, setExpiry } from './operations/set-expiry.ts';
export { type SetLimits, setLimits } from './operations/set-limits.ts';
export { settleBalances } from './operations/settle-balances.ts';
export { dueBalances, nameBalance, settleDue, settleDueAll } from './operations/settle-due.ts';
export { type SpendUpTo, spendUpTo } from './operations/spend-up-to.ts';
export { type SumEntries, sumEntries, type UnitTotal } from './operations/sum-entries.ts';
export { type Transfer, type Transferred, transfer } from './operations/transfer.ts';
export { type Broken, type Verdict, type Verify, verify } from './operations/verify.ts';
export { voidGrant } from './operations/void-grant.ts';
export { endingGrants, warnOfGrant } from './operations/warn-of-grant.ts';
export { watchBalance } from './operations/watch-balance.ts';
export { type WindowFigures, windowFigures } from './operations/window-figures.ts';
export type { BalancePlan, PlanOf, PlansOf, QuotaWindow, Rollover, SubWindow } from './plan.ts';
export type { Proof } from './proof/further.ts';
export { ledgerRoutes } from './routes.ts';
export { createSpendQueue, type SpendQueue } from './shared/spend-queue.ts';
export type { Spend, SpendAnswer } from './spending.ts';
