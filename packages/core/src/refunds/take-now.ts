/** Taking what goes back of an order at once, where there is nothing to wait for. */
import type { Scope } from '../kernel/index.ts';
import { applyRefund } from './apply-refund.ts';
import { type Take, takeLots } from './kept-lots.ts';
import type { Standing } from './order-lots.ts';
import { type RefundRow, storeRefund } from './rows.ts';

export type TakeNow = {
  /** Without lots, as it begins. */
  readonly row: RefundRow;
  readonly takes: readonly Take[];
  /** Of an order of nothing to pay: nothing of it was used. */
  readonly isUnused?: boolean | undefined;
};

/** Takes the units out of the books, writes the refund as it has ended, and moves the order. */
export async function takeNow(
  scope: Scope,
  standing: Standing,
  { row, takes, isUnused = false }: TakeNow,
): Promise<RefundRow> {
  const of = { customer: standing.customer, reference: { type: 'refund', id: row.id } };
  const lots = takes.map(({ lot: { order, unit, grantId }, units }) => ({
    ...{ order, unit, grantId, units, hold: null, ended: null },
  }));
  const taken = await takeLots(scope, of, { lots, all: row.takesAll });
  const done = { ...row, lots: taken, state: 'succeeded', endedAt: scope.now } as const;
  await storeRefund(scope, done);
  await applyRefund(scope, { standing, row: done, wasPending: false, isUnused });
  return done;
}
