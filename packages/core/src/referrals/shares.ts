/** Who is to be paid how much of what something is worth. Pure. */
import { convertAmount } from '../kernel/index.ts';
import type { TriggerSetting } from './triggers.ts';

export type Share = {
  readonly kind: 'actor' | 'upline';
  /** 1 for the sponsor; 0 for the actor. */
  readonly level: number;
  /** Above zero, in the payout unit. */
  readonly amount: number;
};

/**
 * The actor's share, then those of the levels, each rounded half up; shares of nothing are left out. Those in percent never
 * exceed together what they are of: the last ones get what is left.
 *
 * @param worth The base amount in the payout unit; 0 where there is none.
 */
export function sharesOf(
  setting: Pick<TriggerSetting, 'actor' | 'levels' | 'basis'>,
  worth: number,
): Share[] {
  let left = worth;
  const shares: Share[] = [];
  const give = (share: Omit<Share, 'amount'>, award: Award, whole: number) => {
    const isFixed = award.fixed !== undefined;
    const amount = award.fixed ?? Math.min(left, partOf(whole, award.basisPoints ?? 0));
    if (!isFixed) left -= amount;
    if (amount > 0) shares.push({ ...share, amount });
    return amount;
  };
  const own = give({ kind: 'actor', level: 0 }, setting.actor ?? {}, worth);
  const whole = setting.basis === 'base' ? worth : own;
  if (setting.basis === 'actor') left = own;
  for (const level of [...setting.levels].sort((one, other) => one.level - other.level))
    give({ kind: 'upline', level: level.level }, level, whole);
  return shares;
}

type Award = { readonly fixed?: number | undefined; readonly basisPoints?: number | undefined };

/** A part of a whole, half up. */
export function partOf(whole: number, basisPoints: number): number {
  if (basisPoints === 0 || whole === 0) return 0;
  const factor = { of: String(basisPoints), per: '10000' };
  return convertAmount(whole, factor, { from: 0, to: 0, rounding: 'half_up' }).amount;
}
