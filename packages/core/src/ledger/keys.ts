/**
 * Idempotency keys of what writes entries: unique on the balance, kept on the entry for good.
 *
 * A spend that was given back or released in full frees its key: the next one under it is a new attempt.
 */
import {
  bigintOrNull,
  flag,
  IdempotencyConflictError,
  integer,
  json,
  type Scope,
  sql,
  text,
} from '../kernel/index.ts';

/** The newest entry under a key. */
export type Keyed = {
  readonly sequence: number;
  readonly attempt: number;
  readonly kind: string;
  readonly requestHash: bigint | null;
  readonly availableAfter: number;
  /** Given back or released in full: the key may be used again. */
  readonly freed: boolean;
};

/** The newest entry under `key` on a balance, or `null`. */
export function findKeyed(
  scope: Scope,
  { balanceId, key }: { balanceId: number; key: string },
): Promise<Keyed | null> {
  return scope.maybeOne(
    sql`
    select entry.sequence, entry.key_attempt, entry.kind, entry.request_hash, entry.settled_after - entry.held_after as available,
           coalesce((
             select bool_and(part.taken > 0 and part.gone >= part.taken)
               from (
                 select abs(one.amount) + abs(one.held_amount) as taken,
                        coalesce((select case when reversed then 0 else units end from bursar.returns as back
                                   where (back.tenant_id, back.balance_id, back.sequence)
                                       = (one.tenant_id, one.balance_id, one.sequence)), 0)
                        + coalesce((select leg.released from bursar.hold_legs as leg
                                     where (leg.tenant_id, leg.balance_id, leg.sequence)
                                         = (one.tenant_id, one.balance_id, one.sequence)), 0) as gone
                   from bursar.entries as one
                  where (one.tenant_id, one.balance_id, one.sequence) = (entry.tenant_id, entry.balance_id, entry.sequence)
                     or (one.tenant_id, one.balance_id, one.sequence)
                      = (entry.tenant_id, entry.counter_balance_id, entry.counter_sequence)
               ) as part
              where part.taken > 0), false) and entry.kind in ('debit', 'hold') as freed
      from bursar.entries as entry
     where (entry.tenant_id, entry.balance_id, entry.key) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${key}::text)
     order by entry.key_attempt desc
     limit 1`,
    (row) => ({
      sequence: integer(row.sequence),
      attempt: integer(row.key_attempt),
      kind: text(row.kind),
      requestHash: bigintOrNull(row.request_hash),
      availableAfter: integer(row.available),
      freed: flag(row.freed),
    }),
  );
}

/**
 * The entry that already stands under a key, for the same request.
 * @returns `null` when the key is free; otherwise the first answer.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export function standing(
  earlier: Keyed | null,
  { key, hash }: { key: string; hash: bigint },
): Keyed | null {
  if (!earlier || earlier.freed) return null;
  if (earlier.requestHash !== hash) throw new IdempotencyConflictError(key);
  return earlier;
}

/** What an operation that answers in uses did under its key before: every entry it made bears the key, or one made of it. */
export function usesUnder(
  scope: Scope,
  { balanceIds, keys }: { balanceIds: readonly number[]; keys: readonly string[] },
): Promise<number> {
  return scope.one(
    sql`
    select coalesce(sum(abs(entry.amount) / coalesce(entry.cost, 1)), 0) as uses
      from jsonb_array_elements_text(${json(balanceIds)}::text::jsonb) as asked (balance)
     cross join jsonb_array_elements_text(${json(keys)}::text::jsonb) as wanted (key)
      join bursar.entries as entry
        on (entry.tenant_id, entry.balance_id, entry.key) = (${scope.tenant.id}::int, asked.balance::bigint, wanted.key)`,
    (row) => integer(row.uses),
  );
}

/** The standing entry under a key on any of these balances; `null` when the key is free on all. */
export async function findStanding(
  scope: Scope,
  { balanceIds, key, hash }: { balanceIds: readonly number[]; key: string; hash: bigint },
): Promise<Keyed | null> {
  let found: Keyed | null = null;
  for (const balanceId of balanceIds) {
    const earlier = await findKeyed(scope, { balanceId, key });
    found = standing(earlier, { key, hash }) ?? found;
  }
  return found;
}
