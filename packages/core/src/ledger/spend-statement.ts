/**
 * The hot statement: one spend or one hold on one balance, decided and written in one go.
 *
 * Its texts are constants with numbered places, each value bound once: built for every spend they would cost as much as
 * sending them.
 */
import { at, type Scope, type Statement } from '../kernel/index.ts';
import type { Prepared } from './spending.ts';

/** The statement for one request. No row comes back when anything needs a closer look; then nothing has moved. */
export function spendStatement(scope: Scope, balanceId: number, input: Prepared): Statement {
  const { amount, hold, reference, key, hash } = input;
  const values = [
    scope.tenant.id,
    balanceId,
    amount,
    at(scope.now),
    input.featureId,
    input.usedById,
    reference?.type ?? null,
    reference?.id ?? null,
  ];
  if (!hold && key === undefined) return { text: debitText, values };
  values.push(key ?? null, hash === undefined ? null : hash.toString());
  return hold
    ? { text: holdText, values: [...values, hold.id, at(hold.expiresAt)] }
    : { text: keyedDebitText, values };
}

const amount = '$3::bigint';
const now = '$4::text::timestamptz';
const holdUntil = '$12::text::timestamptz';
/** The feature, the party and the reference. */
const facts = '$5::int, $6::bigint, $7::text, $8::text';

/** What must hold of the balance: too little, something due, or a mark to announce yields no row. */
const lets = `(tenant_id, id) = ($1::int, $2::bigint)
         and settled - held - ${amount} >= floor and drawn + ${amount} < mark
         and (cap_left is null or cap_left >= ${amount}) and valid_until > ${now}`;

/** Nothing but the balance can refuse it: asked and moved at once, and the entry says what came of it. */
const debitText = `
    with spent as (
      update bursar.balances
         set settled = settled - ${amount}, drawn = drawn + ${amount}, sequence = sequence + 1, cap_left = cap_left - ${amount},
             changed_at = greatest(${now}, changed_at)
       where ${lets}
      returning tenant_id, id, sequence, settled, held, drawn, floor, ceiling, cap_left, valid_until, epoch, changed_at
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, settled_after, held_after, drawn_to, counter,
                                  feature_id, used_by_id, reference_type, reference_id, happened_at, booked_at)
      select tenant_id, id, sequence, 'debit', 0 - ${amount}, settled, held, drawn, 'usage', ${facts}, changed_at, ${now}
        from spent
    )
    select sequence, settled as settled_after, held as held_after, drawn as drawn_to, floor, ceiling, cap_left, valid_until, epoch
      from spent`;

/** Locked and asked first, since a key that was seen before must move nothing. */
const lockedBalance = `select * from bursar.balances
       where ${lets}
         for no key update`;

const keyedDebitText = `
    with balance as (
      ${lockedBalance}
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, settled_after, held_after, drawn_to, counter,
                                  feature_id, used_by_id, reference_type, reference_id, key, request_hash, happened_at, booked_at)
      select tenant_id, id, sequence + 1, 'debit', 0 - ${amount}, settled - ${amount}, held, drawn + ${amount}, 'usage',
             ${facts}, $9::text, $10::bigint, greatest(${now}, changed_at), ${now}
        from balance
      on conflict (tenant_id, balance_id, key, key_attempt) where key is not null do nothing
      returning tenant_id, balance_id, sequence, settled_after, held_after, drawn_to, happened_at
    ), spent as (
      update bursar.balances as balance
         set settled = balance.settled - ${amount}, drawn = entry.drawn_to, sequence = entry.sequence,
             cap_left = balance.cap_left - ${amount}, changed_at = entry.happened_at
        from entry
       where (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
    )
    select entry.sequence, entry.settled_after, entry.held_after, entry.drawn_to, balance.floor, balance.ceiling,
           balance.cap_left - ${amount} as cap_left, balance.valid_until, balance.epoch
      from entry cross join balance`;

const holdText = `
    with balance as (
      ${lockedBalance}
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
                                  feature_id, used_by_id, reference_type, reference_id, key, request_hash, happened_at, booked_at)
      select tenant_id, id, sequence + 1, 'hold', 0, ${amount}, settled, held + ${amount}, drawn + ${amount},
             ${facts}, $9::text, $10::bigint, greatest(${now}, changed_at), ${now}
        from balance
      on conflict (tenant_id, balance_id, key, key_attempt) where key is not null do nothing
      returning tenant_id, balance_id, sequence, settled_after, held_after, drawn_to, happened_at
    ), hold as (
      insert into bursar.holds (tenant_id, id, customer_id, feature_id, used_by_id, reference_type, reference_id, expires_at, created_at)
      select entry.tenant_id, $11::text, balance.customer_id, ${facts}, ${holdUntil}, entry.happened_at
        from entry cross join balance
    ), leg as (
      insert into bursar.hold_legs (tenant_id, hold_id, leg, balance_id, sequence, drawn_to, amount, expires_at)
      select tenant_id, $11::text, 0, balance_id, sequence, drawn_to, ${amount}, ${holdUntil}
        from entry
    ), reserved as (
      update bursar.balances as balance
         set held = entry.held_after, drawn = entry.drawn_to, sequence = entry.sequence,
             cap_left = balance.cap_left - ${amount}, changed_at = entry.happened_at,
             valid_until = least(balance.valid_until, ${holdUntil})
        from entry
       where (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
    )
    select entry.sequence, entry.settled_after, entry.held_after, entry.drawn_to, balance.floor, balance.ceiling,
           balance.cap_left - ${amount} as cap_left, balance.epoch,
           least(balance.valid_until, ${holdUntil}) as valid_until
      from entry cross join balance`;
