/** Setting an order's lots aside for what goes back, taking them, and letting them go. */
import type { CustomerRow } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import { type LotMove, type MovedLot, moveLots } from '../ledger/index.ts';
import type { OrderLot } from './order-lots.ts';
import type { KeptLot } from './rows.ts';

/** Units to take of a lot. */
export type Take = { readonly lot: OrderLot; readonly units: number };

type Of = {
  readonly customer: CustomerRow;
  /** The refund or dispute they are moved for. */
  readonly reference: { readonly type: string; readonly id: string };
};

/** Holds them, without expiry. What waits for its start and goes back whole ends at once. */
export async function setAside(
  scope: Scope,
  of: Of,
  takes: readonly Take[],
): Promise<readonly KeptLot[]> {
  const moved = await moveLots(scope, {
    ...of,
    lots: takes.map(({ lot: { unit, grantId }, units }) => ({
      ...{ unit, grantId, units, hold: null, to: 'hold' as const },
    })),
  });
  return takes.map(({ lot, units }, index) => {
    const { hold, ended } = moved[index] as MovedLot;
    const { order, unit, grantId, effectiveAt, expiresAt } = lot;
    const dates = {
      effectiveAt: effectiveAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    };
    return { ...{ order, unit, grantId, units, hold }, ended: ended ? dates : null };
  });
}

/**
 * Takes them out of the books, with what was set aside.
 * @param all Of each all that is free by now, and what comes back to it later.
 * @returns With what was really taken of each.
 */
export async function takeLots(
  scope: Scope,
  of: Of,
  { lots, all }: { readonly lots: readonly KeptLot[]; readonly all: boolean },
): Promise<readonly KeptLot[]> {
  const left = lots.filter(({ ended }) => ended === null);
  const moved = await moveLots(scope, {
    ...of,
    lots: left.map(({ unit, grantId, units, hold }) => ({
      ...{ unit, grantId, units, hold, to: all ? ('end' as const) : ('take' as const) },
    })),
  });
  return lots.map((lot) => {
    const units = lot.ended ? lot.units : (moved[left.indexOf(lot)]?.units ?? 0);
    return { ...lot, units, hold: null };
  });
}

/** Gives them back as they were; what is over by then expires at once. */
export async function letGo(scope: Scope, of: Of, lots: readonly KeptLot[]): Promise<void> {
  await moveLots(scope, {
    ...of,
    lots: lots.map(({ order, unit, grantId, units, hold, ended }): LotMove => {
      const again = ended && {
        ...{ amount: units, key: order, effectiveAt: new Date(ended.effectiveAt) },
        expiresAt: ended.expiresAt === null ? null : new Date(ended.expiresAt),
      };
      return { unit, grantId, units, hold, to: 'keep', ...(again && { again }) };
    }),
  });
}
