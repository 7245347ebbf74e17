/** What became of certain lots, under their balances' locks: what of each is free, and what was used. */
import type { CustomerRow } from '../../customers/index.ts';
import { integer, json, type Scope, sql } from '../../kernel/index.ts';
import { openBalances } from '../open-balances.ts';

/** Which lot, on which balance. */
export type LotOf = { readonly unit: string; readonly grantId: number };

export type Lot = LotOf & {
  readonly amount: number;
  /** Not spent, not held, not over; of one that waits for its start all of it. */
  readonly free: number;
  /** Spent or held, and not given back. */
  readonly used: number;
  /** It is still to begin. */
  readonly waits: boolean;
  readonly effectiveAt: Date;
  readonly expiresAt: Date | null;
};

/**
 * Locks the balances, in the order of their ids, and tells what the lots are at the scope's now. Writes nothing but balances
 * that were not there. Needs an open transaction in which the customer's row is locked.
 *
 * @param input.units Further balances that the transaction will write to.
 * @returns In the order asked; what is no lot of these balances is left out.
 */
export async function readLots(
  scope: Scope,
  {
    customer,
    lots,
    units,
  }: {
    readonly customer: CustomerRow;
    readonly lots: readonly LotOf[];
    readonly units: readonly string[];
  },
): Promise<Lot[]> {
  const all = [...new Set([...lots.map(({ unit }) => unit), ...units])].sort();
  const opened = await openBalances(
    scope,
    all.map((unit) => ({ customer, unit })),
  );
  const live = new Map(opened.flatMap(({ draft }) => draft.grants.map((one) => [one.id, one])));
  const stored = await storedLots(scope, lots);
  return lots.flatMap(({ unit, grantId }) => {
    const grant = live.get(grantId) ?? stored.get(grantId);
    if (!grant) return [];
    const { amount, free, removed, effectiveAt, expiresAt } = grant;
    const waits = !grant.open && grant.closedAt === null;
    const used = waits ? 0 : amount - free - removed;
    return [{ ...{ unit, grantId, amount, free, used, waits }, effectiveAt, expiresAt }];
  });
}

/** Those that are over are in no draft, and change no more but by what comes back to them. */
async function storedLots(scope: Scope, lots: readonly LotOf[]) {
  const rows = await scope.many(
    sql`
    select g.id, g.amount, g.free, g.removed
      from jsonb_array_elements_text(${json(lots.map(({ grantId }) => grantId))}::text::jsonb) as wanted
      join bursar.grants as g on (g.tenant_id, g.id) = (${scope.tenant.id}::int, wanted::bigint)
     where g.closed_at is not null`,
    (row) => {
      const [amount, free] = [integer(row.amount), integer(row.free)];
      const over = { amount, free, removed: integer(row.removed), open: false };
      return [
        integer(row.id),
        { ...over, closedAt: scope.now, effectiveAt: scope.now, expiresAt: scope.now },
      ] as const;
    },
  );
  return new Map(rows);
}
