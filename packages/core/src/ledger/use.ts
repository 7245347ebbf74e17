/** A spend as a give-back sees it: which draw positions it keeps. Pure. */
import { document, integer, integerOrNull, type Row, text, textOrNull } from '../kernel/index.ts';
import type { Stretch } from './return-stretch.ts';

/** A spend that may be given back: one entry and its other leg, if it was split. */
export type Use = {
  readonly unit: string;
  readonly balanceId: number;
  readonly sequence: number;
  /** All positions of its entry: a debit's own, or what a hold reserved. */
  readonly whole: Stretch;
  /** Those it keeps, in order: what was debited or captured and has not come back. */
  readonly kept: readonly Stretch[];
  readonly cost: number;
  readonly featureId: number | null;
  readonly usedById: number | null;
  readonly referenceType: string | null;
  readonly referenceId: string | null;
};

/** A use from a row; a hold's use is what was captured of it. */
export function readUse(row: Row): Use {
  const from = integer(row.from_position);
  const plain: Move[] = [
    ['capture', integer(row.taken)],
    ['give_back', integer(row.returned)],
  ];
  const moves = row.moves === null ? plain : document<Move[]>(row.moves);
  return {
    unit: text(row.unit),
    balanceId: integer(row.balance_id),
    sequence: integer(row.sequence),
    whole: { from, to: from + integer(row.size) },
    kept: keptAfter(from, moves),
    cost: integerOrNull(row.cost) ?? 1,
    featureId: integerOrNull(row.feature_id),
    usedById: integerOrNull(row.used_by_id),
    referenceType: textOrNull(row.reference_type),
    referenceId: textOrNull(row.reference_id),
  };
}

/** Units a use keeps. */
export function unitsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** The last `units` of these stretches, the newest first. */
export function lastOf(stretches: readonly Stretch[], units: number): Stretch[] {
  let rest = units;
  const last: Stretch[] = [];
  for (const { from, to } of [...stretches].reverse()) {
    if (rest === 0) break;
    const part = Math.min(rest, to - from);
    last.push({ from: to - part, to });
    rest -= part;
  }
  return last;
}

/** What happened to a use, in order: captured forwards, given back from the newest captured position. */
type Move = readonly [kind: string, units: number];

function keptAfter(start: number, moves: readonly Move[]): Stretch[] {
  const kept: Stretch[] = [];
  let next = start;
  for (const [kind, units] of moves) {
    if (kind === 'capture') {
      if (units > 0) kept.push({ from: next, to: next + units });
      next += units;
      continue;
    }
    for (const { from } of lastOf(kept, units)) {
      const top = kept.pop();
      if (top && top.from < from) kept.push({ from: top.from, to: from });
    }
  }
  return kept;
}
