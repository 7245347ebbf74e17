/** A spend as a give-back sees it. */
import { integer, integerOrNull, type Row, text, textOrNull } from '../kernel/index.ts';

/** A spend that may be given back: one entry and its other leg, if it was split. */
export type Use = {
  readonly unit: string;
  readonly balanceId: number;
  readonly sequence: number;
  /** The positions it keeps: a debit's own, or what was captured of a hold. */
  readonly from: number;
  readonly taken: number;
  readonly returned: number;
  readonly cost: number;
  readonly featureId: number | null;
  readonly usedById: number | null;
  readonly referenceType: string | null;
  readonly referenceId: string | null;
};

/** A use from a row; a hold's use is what was captured of it. */
export function readUse(row: Row): Use {
  return {
    unit: text(row.unit),
    balanceId: integer(row.balance_id),
    sequence: integer(row.sequence),
    from: integer(row.from_position),
    taken: integer(row.taken),
    returned: integer(row.returned),
    cost: integerOrNull(row.cost) ?? 1,
    featureId: integerOrNull(row.feature_id),
    usedById: integerOrNull(row.used_by_id),
    referenceType: textOrNull(row.reference_type),
    referenceId: textOrNull(row.reference_id),
  };
}
