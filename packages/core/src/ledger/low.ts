/**
 * When a balance is low: a spend that takes it to a minimum is announced, once for each drop.
 *
 * Every drop is seen in a draft: a spend that would reach the mark looks closer, all else books through drafts anyway.
 */
import { unitOf } from '../catalog/index.ts';
import { queueJob } from '../jobs/index.ts';
import { integer, type Scope, type Statement, sql } from '../kernel/index.ts';
import { settingOf, storedValue } from '../settings/index.ts';
import { available, type Draft, type EntryKind, NO_FLOOR, UNLIMITED } from './draft.ts';

/** What a customer does with what there is; all else that takes it away is done to the customer. */
const uses: readonly EntryKind[] = ['debit', 'hold', 'capture'];

/** At how much or less balances in a unit are low; `null` for features: their quotas are announced. */
export function lowAtOf(scope: Scope, unit: string, stored: unknown): number | null {
  const { kind } = unitOf(scope, unit);
  if (kind === 'metered' || kind === 'gauge') return null;
  return integer(settingOf(scope, 'credits.warnAtOrBelow', stored));
}

/** The draw position at which the balance next comes down to one of its minimums; none where it has none below, or no end. */
export function lowMark({ balance, lowAt }: Draft): number {
  if (balance.floor === NO_FLOOR) return UNLIMITED;
  const reaches = [lowAt, balance.topUpAt].flatMap((least) =>
    least !== null && available(balance) > least ? [available(balance) - least] : [],
  );
  return Math.min(UNLIMITED, balance.drawn + Math.min(UNLIMITED, ...reaches));
}

/**
 * Notices that the balance has come down to a minimum since its row said `before`. More is bought for what use takes down to it:
 * never for a refund, a dispute, a correction or an end by time alone, nor for what is used of a balance that is low by those.
 */
export function noticeLow(draft: Draft, before: number): void {
  const { unit, balance, lowAt, news } = draft;
  const now = available(balance);
  const passes = (least: number | null) => least !== null && before > least && now <= least;
  if (balance.floor === NO_FLOOR) return;
  if (passes(lowAt))
    news.push({ type: 'balance.low', data: { unit, available: now, atOrBelow: lowAt } });
  draft.topsUp = passes(balance.topUpAt) && isUsedDown(draft, before);
}

/** Whether it was a use that took it down to where more is bought. */
function isUsedDown({ entries, balance, takesBack }: Draft, before: number): boolean {
  if (takesBack) return false;
  let left = before;
  return entries.some(({ kind, settledAfter, heldAfter }) => {
    const least = balance.topUpAt ?? left;
    const isAbove = left > least;
    left = settledAfter - heldAfter;
    return isAbove && left <= least && uses.includes(kind);
  });
}

/** The kind of the job that buys more, as a standing instruction says. */
export const TOP_UP = 'wallet.top_up';

/** Asks for more to be bought, after the commit. One at a time of a balance. */
export async function askForTopUp(scope: Scope, balance: number, key: string): Promise<void> {
  const lane = String(balance);
  await queueJob(scope, { kind: TOP_UP, key: `${lane}/${key}`, lane, payload: { balance } });
}

/**
 * `lowMark` of the row `balance` once `simple.amount` has been credited to it, as an expression: no plan feeds it, so that it has
 * no other mark.
 */
export function markAfterCredit(scope: Scope): Statement {
  const key = 'credits.warnAtOrBelow';
  const lowAt = sql`coalesce(${storedValue(scope, key)}::bigint, ${integer(settingOf(scope, key, null))}::bigint)`;
  const reach = sql`balance.settled + simple.amount - balance.held`;
  return sql`
               case when balance.floor = ${NO_FLOOR}::bigint then ${UNLIMITED}::bigint
                    else least(${UNLIMITED}::bigint, coalesce(balance.drawn + ${reach} - greatest(
                           case when ${lowAt} < ${reach} then ${lowAt} end,
                           case when balance.top_up_at < ${reach} then balance.top_up_at end), ${UNLIMITED}::bigint)) end`;
}
