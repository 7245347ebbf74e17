/** The first answer again, for a key that stands: what a repeated request reads instead of taking a lock. */
import { at, type Scope, sql } from '../../kernel/index.ts';
import { transferId } from '../entry-news.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { findKeyed, type Keyed, standing } from '../keys.ts';
import { readSeen } from '../rows.ts';
import type { Prepared, SpendAnswer } from '../spending.ts';
import { holdOf } from './insert-hold.ts';

/**
 * The answer of the spend or hold that stands under the request's key, without a lock.
 *
 * @returns `null` when the key is free, or something is due on the balance first.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function replayAtOnce(
  scope: Scope,
  balanceId: number,
  { key, hash }: Prepared,
): Promise<SpendAnswer | null> {
  if (key === undefined || hash === undefined) return null;
  const first = standing(await findKeyed(scope, { balanceId, key }), { key, hash });
  if (!first) return null;
  const now = await scope.maybeOne(
    sql`
    select * from bursar.balances
     where (tenant_id, id) = (${scope.tenant.id}::int, ${balanceId}::bigint)
       and valid_until > ${at(scope.now)}::text::timestamptz`,
    readSeen,
  );
  return now && replayOf(scope, { balanceId, first, now });
}

/** What is left is told as of then; the other figures as of now. */
export async function replayOf(
  scope: Scope,
  { balanceId, first, now }: { balanceId: number; first: Keyed; now: Omit<Figures, 'available'> },
): Promise<SpendAnswer> {
  return {
    allowed: true,
    transferId: transferId(balanceId, first.sequence),
    replayed: true,
    hold: await holdOf(scope, { balanceId, sequence: first.sequence }),
    figures: { ...figuresOf(now), available: first.availableAfter },
  };
}
