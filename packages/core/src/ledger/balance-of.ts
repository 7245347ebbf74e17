/** A balance as it is shown: its figures with all that is needed to read them. */
import type { UnitSpec } from '../catalog/index.ts';
import { formatAmount } from '../kernel/index.ts';
import { NO_FLOOR } from './draft.ts';

/** What is shown of a balance; `available` is `null` when nothing limits it, `formatted` says the same. */
export type ShownBalance = {
  readonly unit: string;
  readonly scale: number;
  readonly settled: number;
  readonly held: number;
  readonly available: number | null;
  readonly formatted: string | null;
};

/** Figures of a unit's balance, ready to be shown. */
export function balanceOf(
  { key: unit, scale, kind }: UnitSpec,
  {
    settled,
    held,
    floor,
    ceiling,
  }: { settled: number; held: number; floor: number; ceiling: number },
): ShownBalance {
  const left = kind === 'gauge' ? Math.max(0, ceiling - settled - held) : settled - held;
  const endless =
    kind === 'gauge'
      ? ceiling === Number.MAX_SAFE_INTEGER
      : kind === 'metered' && floor === NO_FLOOR;
  return {
    unit,
    scale,
    settled,
    held,
    available: endless ? null : left,
    formatted: endless ? null : formatAmount(left, { scale }),
  };
}
