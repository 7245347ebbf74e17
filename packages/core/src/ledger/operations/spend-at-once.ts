/**
 * The hot path: a spend or a hold as one statement, and a refusal as one read.
 *
 * Both look at the balance's row alone, so their cost does not grow with grants, entries or customers.
 * No row means "look closer", never "failed": the host's transaction stays usable.
 */

import {
  at,
  instant,
  integer,
  type Row,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { accepted, type Booked } from '../accepted.ts';
import { figuresOf } from '../figures.ts';
import { readSeen } from '../rows.ts';
import type { Prepared, SpendAnswer } from '../spending.ts';

/** Spends or holds in one statement; `null` when anything needs a closer look. */
export async function spendAtOnce(
  scope: Scope,
  balanceId: number,
  input: Prepared,
): Promise<SpendAnswer | null> {
  const statement = input.hold
    ? holdStatement(scope, balanceId, input, input.hold)
    : spendStatement(scope, balanceId, input);
  const booked = await scope.maybeOne(statement, readBooked);
  return booked && accepted(scope, { balanceId, input, booked });
}

/**
 * A plain refusal without a lock: nothing is due, no key is known, no credits may pay, and it is not enough.
 * @returns `null` when that is not certain.
 */
export async function refuseAtOnce(
  scope: Scope,
  balanceId: number,
  input: Prepared,
): Promise<SpendAnswer | null> {
  if (input.key !== undefined || (input.credits && input.from !== 'quota')) return null;
  const balance = await scope.maybeOne(
    sql`select * from bursar.balances where (tenant_id, id) = (${scope.tenant.id}::int, ${balanceId}::bigint)`,
    readSeen,
  );
  if (!balance || balance.validUntil <= scope.now) return null;
  const figures = figuresOf(balance);
  if (figures.available - input.amount >= balance.floor) return null;
  return { allowed: false, reason: 'insufficient', figures, credits: null };
}

function spendStatement(scope: Scope, balanceId: number, input: Prepared): Statement {
  return sql`
    with balance as (
      ${lockedBalance(scope, balanceId, input)}
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, settled_after, held_after, drawn_to, counter,
                                  feature_id, used_by_id, reference_type, reference_id, key, request_hash, happened_at, booked_at)
      select tenant_id, id, sequence + 1, 'debit', 0 - ${input.amount}::bigint, settled - ${input.amount}::bigint, held,
             drawn + ${input.amount}::bigint, 'usage', ${input.featureId}::int, ${input.usedById}::bigint,
             ${input.reference?.type ?? null}::text, ${input.reference?.id ?? null}::text, ${input.key ?? null}::text,
             ${input.hash ?? null}::bigint, greatest(${at(scope.now)}::text::timestamptz, changed_at), ${at(scope.now)}::text::timestamptz
        from balance
      on conflict (tenant_id, balance_id, key, key_attempt) where key is not null do nothing
      returning tenant_id, balance_id, sequence, settled_after, held_after, drawn_to, happened_at
    ), spent as (
      update bursar.balances as balance
         set settled = balance.settled - ${input.amount}::bigint, drawn = entry.drawn_to, sequence = entry.sequence,
             cap_left = balance.cap_left - ${input.amount}::bigint, changed_at = entry.happened_at
        from entry
       where (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
    )
    select entry.sequence, entry.settled_after, entry.held_after, entry.drawn_to, balance.floor, balance.ceiling, balance.valid_until
      from entry cross join balance`;
}

function holdStatement(
  scope: Scope,
  balanceId: number,
  input: Prepared,
  hold: { id: string; expiresAt: Date | null },
): Statement {
  return sql`
    with balance as (
      ${lockedBalance(scope, balanceId, input)}
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
                                  feature_id, used_by_id, reference_type, reference_id, key, request_hash, happened_at, booked_at)
      select tenant_id, id, sequence + 1, 'hold', 0, ${input.amount}::bigint, settled, held + ${input.amount}::bigint,
             drawn + ${input.amount}::bigint, ${input.featureId}::int, ${input.usedById}::bigint,
             ${input.reference?.type ?? null}::text, ${input.reference?.id ?? null}::text, ${input.key ?? null}::text,
             ${input.hash ?? null}::bigint, greatest(${at(scope.now)}::text::timestamptz, changed_at), ${at(scope.now)}::text::timestamptz
        from balance
      on conflict (tenant_id, balance_id, key, key_attempt) where key is not null do nothing
      returning tenant_id, balance_id, sequence, settled_after, held_after, drawn_to, happened_at
    ), hold as (
      insert into bursar.holds (tenant_id, id, customer_id, feature_id, used_by_id, reference_type, reference_id, expires_at, created_at)
      select entry.tenant_id, ${hold.id}::text, balance.customer_id, ${input.featureId}::int, ${input.usedById}::bigint,
             ${input.reference?.type ?? null}::text, ${input.reference?.id ?? null}::text,
             ${at(hold.expiresAt)}::text::timestamptz, entry.happened_at
        from entry cross join balance
    ), leg as (
      insert into bursar.hold_legs (tenant_id, hold_id, leg, balance_id, sequence, drawn_to, amount, expires_at)
      select tenant_id, ${hold.id}::text, 0, balance_id, sequence, drawn_to, ${input.amount}::bigint, ${at(hold.expiresAt)}::text::timestamptz
        from entry
    ), reserved as (
      update bursar.balances as balance
         set held = entry.held_after, drawn = entry.drawn_to, sequence = entry.sequence,
             cap_left = balance.cap_left - ${input.amount}::bigint, changed_at = entry.happened_at,
             valid_until = least(balance.valid_until, ${at(hold.expiresAt)}::text::timestamptz)
        from entry
       where (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
    )
    select entry.sequence, entry.settled_after, entry.held_after, entry.drawn_to, balance.floor, balance.ceiling,
           least(balance.valid_until, ${at(hold.expiresAt)}::text::timestamptz) as valid_until
      from entry cross join balance`;
}

/** Lock and ask first: too little, something due, or a mark to announce yields no row, and nothing below moves. */
function lockedBalance(scope: Scope, balanceId: number, input: Prepared): Statement {
  return sql`select * from bursar.balances
       where (tenant_id, id) = (${scope.tenant.id}::int, ${balanceId}::bigint)
         and settled - held - ${input.amount}::bigint >= floor and drawn + ${input.amount}::bigint < mark
         and (cap_left is null or cap_left >= ${input.amount}::bigint)
         and valid_until > ${at(scope.now)}::text::timestamptz
         for no key update`;
}

function readBooked(row: Row): Booked {
  return {
    sequence: integer(row.sequence),
    settled: integer(row.settled_after),
    held: integer(row.held_after),
    floor: integer(row.floor),
    ceiling: integer(row.ceiling),
    drawn: integer(row.drawn_to),
    validUntil: instant(row.valid_until),
  };
}
