/** What speaks against buying more, however low the balance is. */
import {
  addDuration,
  at,
  flag,
  instantOrNull,
  integer,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import type { Instruction } from '../instruction.ts';

/**
 * What speaks against charging again: a payment for the balance that is disputed, or that went back since the instruction was
 * set. Whoever took the money back has to want more, and says so by setting it anew.
 */
export function moneyGone(
  scope: Scope,
  { balance }: Instruction,
): Promise<{ order: string; because: string } | null> {
  return scope.maybeOne(
    sql`
    select bought.id, bought.disputed
      from bursar.auto_top_ups as instruction
      join bursar.top_up_attempts as attempt
        on (attempt.tenant_id, attempt.balance_id) = (instruction.tenant_id, instruction.balance_id)
      join bursar.orders as bought on (bought.tenant_id, bought.id) = (attempt.tenant_id, attempt.order_id)
     where (instruction.tenant_id, instruction.balance_id) = (${scope.tenant.id}::int, ${balance}::bigint)
       and (bought.disputed or exists (
             select from bursar.refunds as refund
              where (refund.tenant_id, refund.order_id) = (bought.tenant_id, bought.id)
                and refund.state <> 'failed' and refund.created_at >= instruction.updated_at))
     order by bought.disputed desc, bought.created_at desc
     limit 1`,
    (row) => ({ order: text(row.id), because: flag(row.disputed) ? 'disputed' : 'refunded' }),
  );
}

/** When the limit lets something be bought again; `null`: now. What was paid counts, whatever became of its attempt. */
export async function freeAt(
  scope: Scope,
  { balance, most, per }: Instruction,
): Promise<Date | null> {
  const since = addDuration(scope.now, per, -1, 'UTC');
  const { count, first } = await scope.one(
    sql`
    select count(*) as count, min(attempt.created_at) as first
      from bursar.top_up_attempts as attempt
      join bursar.orders as bought on (bought.tenant_id, bought.id) = (attempt.tenant_id, attempt.order_id)
     where (attempt.tenant_id, attempt.balance_id) = (${scope.tenant.id}::int, ${balance}::bigint) and bought.paid_at is not null
       and attempt.created_at > ${at(since)}::text::timestamptz`,
    (row) => ({ count: integer(row.count), first: instantOrNull(row.first) }),
  );
  return count >= most && first ? addDuration(first, per, 1, 'UTC') : null;
}
