/** What of an order is not paid for any more once a part of its money is gone by the gateway's word. */
import { type Scope, sql } from '../kernel/index.ts';
import type { Take } from './kept-lots.ts';
import { unitsFor } from './measure.ts';
import type { OrderLot, Standing } from './order-lots.ts';
import { type RefundRow, selectRefunds } from './rows.ts';

/** More refunds of one order than are ever on their way at once. */
const pendingMax = 1_000;

export type Share = {
  readonly takes: readonly Take[];
  /** By unit, what was used of it. */
  readonly outstanding: Readonly<Record<string, number>>;
  /** Nothing is left of the order's money. */
  readonly takesAll: boolean;
};

/**
 * The units that `amount` stands for, as far as they are free, and what was used of them.
 * No dispute holds any of its lots meanwhile.
 */
export async function shareOf(
  scope: Scope,
  { tree: { root }, lots }: Standing,
  amount: number,
): Promise<Share> {
  // What an operator's refunds have set aside was used by nobody.
  const onTheirWay = await selectRefunds(scope, {
    where: sql`refund.order_id = ${root.id}::text and (refund.source, refund.state) = ('asked', 'pending')`,
    limit: pendingMax,
  });
  const { total } = root;
  const from = root.refunded + root.refunding;
  const to = from + amount;
  const takesAll = root.refunded + amount === total;
  const outstanding: Record<string, number> = {};
  const takes = lots.map((lot) => {
    const used = lot.used - setAsideOf(lot, onTheirWay);
    const owed =
      owedAt(lot.granted, used, { sum: to, total }) -
      owedAt(lot.granted, used, { sum: from, total });
    if (owed > 0) outstanding[lot.unit] = (outstanding[lot.unit] ?? 0) + owed;
    const units = unitsFor(lot.granted, { from, to, total });
    return { lot, units: takesAll ? lot.free : Math.min(lot.free, units) };
  });
  return { takes, outstanding, takesAll };
}

/** What was used beyond what is still paid for. */
function owedAt(granted: number, used: number, { sum, total }: { sum: number; total: number }) {
  return Math.max(0, used - (granted - unitsFor(granted, { from: 0, to: sum, total })));
}

function setAsideOf({ unit, grantId }: OrderLot, refunds: readonly RefundRow[]): number {
  return refunds
    .flatMap(({ lots }) => lots)
    .filter((kept) => kept.hold !== null && kept.unit === unit && kept.grantId === grantId)
    .reduce((sum, { units }) => sum + units, 0);
}
