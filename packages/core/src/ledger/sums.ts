/** What a balance's entries did, summed by kind: booked ones in the database, those that are due in the draft. */
import { integer, type Scope, sql, text } from '../kernel/index.ts';
import type { Draft } from './draft.ts';

/** Signed; positive means more. Together they are `settled`. */
export type Sums = {
  /** Credits of every source, transfers and exchanges in among them. */
  readonly granted: number;
  /** Debits and captures, transfers and exchanges out among them. */
  readonly spent: number;
  readonly givenBack: number;
  readonly expired: number;
  readonly voided: number;
  readonly reversed: number;
  readonly adjusted: number;
};

const termOf: Readonly<Record<string, keyof Sums>> = {
  credit: 'granted',
  debit: 'spent',
  capture: 'spent',
  give_back: 'givenBack',
  expiry: 'expired',
  void: 'voided',
  reversal: 'reversed',
  adjustment: 'adjusted',
};

/**
 * The sums over all entries of a balance up to where the draft was read, and over those the draft has made: entries are
 * never changed, so what is written meanwhile cannot come between.
 */
export async function sumsOf(scope: Scope, { balance, entries }: Draft): Promise<Sums> {
  const booked = await scope.many(
    sql`
    select kind, sum(amount) as amount
      from bursar.entries
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${balance.id}::bigint)
       and sequence <= ${balance.sequence - entries.length}::bigint
     group by kind`,
    (row) => ({ kind: text(row.kind), amount: integer(row.amount) }),
  );
  const sums = {
    granted: 0,
    spent: 0,
    givenBack: 0,
    expired: 0,
    voided: 0,
    reversed: 0,
    adjusted: 0,
  };
  for (const { kind, amount } of [...booked, ...entries]) {
    const term = termOf[kind];
    if (term) sums[term] += amount;
  }
  return sums;
}
