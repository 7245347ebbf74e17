/**
 * When a balance is low: a spend that takes it to a minimum is announced, once for each drop.
 *
 * Every drop is seen in a draft: a spend that would reach the mark looks closer, all else books through drafts anyway.
 */
import { unitOf } from '../catalog/index.ts';
import { integer, type Scope, type Statement, sql } from '../kernel/index.ts';
import { settingOf, storedValue } from '../settings/index.ts';
import { available, type Draft, NO_FLOOR, UNLIMITED } from './draft.ts';

/** At how much or less balances in a unit are low; `null` for features: their quotas are announced. */
export function lowAtOf(scope: Scope, unit: string, stored: unknown): number | null {
  const { kind } = unitOf(scope, unit);
  if (kind === 'metered' || kind === 'gauge') return null;
  return integer(settingOf(scope, 'credits.warnAtOrBelow', stored));
}

/** The draw position at which the balance is next low; none while it is, or where it has no end. */
export function lowMark({ balance, lowAt }: Draft): number {
  const reach = available(balance) - (lowAt ?? UNLIMITED);
  if (lowAt === null || reach <= 0 || balance.floor === NO_FLOOR) return UNLIMITED;
  return Math.min(UNLIMITED, balance.drawn + reach);
}

/** Announces that the balance has come down to its minimum since its row said `before`. */
export function noticeLow({ unit, balance, lowAt, news }: Draft, before: number): void {
  const now = available(balance);
  if (lowAt === null || balance.floor === NO_FLOOR || before <= lowAt || now > lowAt) return;
  news.push({ type: 'balance.low', data: { unit, available: now, atOrBelow: lowAt } });
}

/**
 * `lowMark` of the row `balance` once `simple.amount` has been credited to it, as an expression: no plan feeds it, so that it has
 * no other mark.
 */
export function markAfterCredit(scope: Scope): Statement {
  const key = 'credits.warnAtOrBelow';
  const lowAt = sql`coalesce(${storedValue(scope, key)}::bigint, ${integer(settingOf(scope, key, null))}::bigint)`;
  const reach = sql`balance.settled + simple.amount - balance.held - ${lowAt}`;
  return sql`case when balance.floor = ${NO_FLOOR}::bigint or ${reach} <= 0 then ${UNLIMITED}::bigint
                  else least(${UNLIMITED}::bigint, balance.drawn + ${reach}) end`;
}
