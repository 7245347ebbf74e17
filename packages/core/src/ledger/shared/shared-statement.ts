/**
 * Many spends and holds on many balances, as one statement: one conditional update a balance for the sum of what is asked
 * of it, and an entry for each with the figures after it.
 *
 * If the sum fits, each does: nothing is approximated. A balance where it does not fit, something is due or a key is
 * known comes back as it was found. Running sums are made here, the figures before them by the database.
 */
import {
  at,
  flag,
  integer,
  list,
  type Row,
  type Statement,
  sql,
  textOrNull,
} from '../../kernel/index.ts';
import type { Seen } from '../figures.ts';
import { readSeen } from '../rows.ts';
import type { Ask, Line } from './line.ts';

/** Those of one line that go together. */
export type Party = { readonly line: Line; readonly asks: readonly Ask[] };

/** What the statement found at one balance. */
export type Found = {
  readonly seen: Seen;
  /** True: every request was booked, from these figures on. */
  readonly isBooked: boolean;
  /** Places of the requests whose key stands already. */
  readonly known: ReadonlySet<number>;
};

export type SharedOptions = {
  readonly now: Date;
  /** True: balances that somebody has locked are left out of the answer. Otherwise they are waited for. */
  readonly skipsLocked: boolean;
};

/**
 * The statement for these. Each balance may be in it once.
 * Its answer has a row a balance, `readFound` reads it; `number` is the place of the line, from 1.
 */
export function sharedStatement(parties: readonly Party[], options: SharedOptions): Statement {
  const asks = parties.flatMap((party) => party.asks);
  const hasHolds = asks.some(({ input }) => input.hold);
  const hasKeys = asks.some(({ input }) => input.key !== undefined);
  const now = sql`${at(options.now)}::text::timestamptz`;
  return sql`
    with line as (
      ${lockedLines(parties, options)}
    ), request as (
      ${requests(parties, hasHolds)}
    ), known as (
      ${hasKeys ? knownKeys : sql`select null::bigint as line, null::bigint as place where false`}
    ), booked as (
      select * from line
       where settled - held - total >= floor and drawn + total < mark and (cap_left is null or cap_left >= total)
         and valid_until > ${now} and not exists (select 1 from known where known.line = line.number)
    ), entry as (
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to,
                                  counter, feature_id, used_by_id, reference_type, reference_id, key, request_hash, happened_at,
                                  booked_at)
      select booked.tenant_id, booked.balance_id, booked.sequence + request.place, request.kind, 0 - request.debit, request.hold,
             booked.settled - request.debits_to, booked.held + request.holds_to, booked.drawn + request.debits_to + request.holds_to,
             case request.kind when 'debit' then 'usage' end, request.feature_id, request.used_by_id, request.reference_type,
             request.reference_id, request.key, request.request_hash, greatest(${now}, booked.changed_at), ${now}
        from booked join request on request.line = booked.number
    ), ${hasHolds ? heldBy(now) : sql``} spent as (
      update bursar.balances as balance
         set settled = booked.settled - booked.debits, held = booked.held + booked.holds, drawn = booked.drawn + booked.total,
             sequence = booked.sequence + booked.requests, cap_left = booked.cap_left - booked.total,
             changed_at = greatest(${now}, booked.changed_at), valid_until = least(booked.valid_until, booked.holds_until)
        from booked
       where (balance.tenant_id, balance.id) = (booked.tenant_id, booked.balance_id)
    )
    select line.number, line.sequence, line.settled, line.held, line.drawn, line.floor, line.ceiling, line.mark, line.cap_left,
           least(line.valid_until, case when booked.number is not null then line.holds_until end) as valid_until,
           booked.number is not null as is_booked,
           (select string_agg(known.place::text, ',') from known where known.line = line.number) as known
      from line left join booked on booked.number = line.number`;
}

/** Each balance locked and read, with the sums of what is asked of it. In one order, and each by its key. */
function lockedLines(parties: readonly Party[], { skipsLocked }: SharedOptions): Statement {
  const columns = parties.map(({ line, asks }) => ({
    tenant: asks[0]?.scope.tenant.id ?? 0,
    balance: line.balanceId,
    debits: sumOf(asks, (ask) => (ask.input.hold ? 0 : ask.input.amount)),
    holds: sumOf(asks, (ask) => (ask.input.hold ? ask.input.amount : 0)),
    requests: asks.length,
    until: earliest(asks),
  }));
  const column = (name: keyof (typeof columns)[number]) => list(columns.map((one) => one[name]));
  return sql`
      select asked.number, asked.tenant_id, asked.balance_id, asked.debits, asked.holds, asked.debits + asked.holds as total,
             asked.requests, asked.holds_until, balance.*
        from unnest(${column('tenant')}::text::int[], ${column('balance')}::text::bigint[], ${column('debits')}::text::bigint[],
                    ${column('holds')}::text::bigint[], ${column('requests')}::text::int[],
                    ${column('until')}::text::timestamptz[])
             with ordinality as asked (tenant_id, balance_id, debits, holds, requests, holds_until, number)
       cross join lateral (
         select customer_id, settled, held, drawn, mark, floor, ceiling, cap_left, sequence, valid_until, changed_at
           from bursar.balances
          where (tenant_id, id) = (asked.tenant_id, asked.balance_id)
            for no key update ${skipsLocked ? sql`skip locked` : sql``}
       ) as balance`;
}

function sumOf(asks: readonly Ask[], amountOf: (ask: Ask) => number): number {
  return asks.reduce((sum, ask) => sum + amountOf(ask), 0);
}

function earliest(asks: readonly Ask[]): string | null {
  let found: Date | null = null;
  for (const { input } of asks) {
    const until = input.hold?.expiresAt;
    if (until && (!found || until < found)) found = until;
  }
  return at(found);
}

/** Every request with its place in its line and the running sums up to it. */
function requests(parties: readonly Party[], hasHolds: boolean): Statement {
  const rows = parties.flatMap(({ asks }, line) => running(asks, line + 1));
  const column = (name: keyof (typeof rows)[number]) => list(rows.map((row) => row[name]));
  const ofHolds = hasHolds
    ? sql`, ${column('holdId')}::text::text[], ${column('holdUntil')}::text::timestamptz[]`
    : sql``;
  return sql`
      select *
        from unnest(${column('line')}::text::bigint[], ${column('place')}::text::bigint[], ${column('kind')}::text::text[],
                    ${column('debit')}::text::bigint[], ${column('hold')}::text::bigint[], ${column('debitsTo')}::text::bigint[],
                    ${column('holdsTo')}::text::bigint[], ${column('feature')}::text::int[], ${column('usedBy')}::text::bigint[],
                    ${column('referenceType')}::text::text[], ${column('referenceId')}::text::text[],
                    ${column('key')}::text::text[], ${column('hash')}::text::bigint[]${ofHolds})
             as request (line, place, kind, debit, hold, debits_to, holds_to, feature_id, used_by_id, reference_type,
                         reference_id, key, request_hash${hasHolds ? sql`, hold_id, hold_until` : sql``})`;
}

function running(asks: readonly Ask[], line: number) {
  let debitsTo = 0;
  let holdsTo = 0;
  return asks.map(({ input }, index) => {
    const debit = input.hold ? 0 : input.amount;
    const hold = input.hold ? input.amount : 0;
    debitsTo += debit;
    holdsTo += hold;
    return {
      ...{
        line,
        place: index + 1,
        kind: input.hold ? 'hold' : 'debit',
        debit,
        hold,
        debitsTo,
        holdsTo,
      },
      feature: input.featureId,
      usedBy: input.usedById,
      referenceType: input.reference?.type ?? null,
      referenceId: input.reference?.id ?? null,
      key: input.key ?? null,
      hash: input.hash ?? null,
      holdId: input.hold?.id ?? null,
      holdUntil: at(input.hold?.expiresAt ?? null),
    };
  });
}

/** Probed one by one: joined against the entries the planner would scan them. */
const knownKeys: Statement = sql`
      select request.line, request.place
        from request
        join line on line.number = request.line
       cross join lateral (
         select 1 from bursar.entries as entry
          where (entry.tenant_id, entry.balance_id, entry.key) = (line.tenant_id, line.balance_id, request.key)
          limit 1
       ) as entry
       where request.key is not null`;

/** The rows of the holds among them. */
function heldBy(now: Statement): Statement {
  return sql`reservation as (
      select booked.tenant_id, booked.balance_id, booked.customer_id, booked.sequence + request.place as sequence, request.hold,
             booked.drawn + request.debits_to + request.holds_to as drawn_to, request.feature_id, request.used_by_id,
             request.reference_type, request.reference_id, request.hold_id, request.hold_until,
             greatest(${now}, booked.changed_at) as happened_at
        from booked join request on request.line = booked.number
       where request.hold_id is not null
    ), held as (
      insert into bursar.holds (tenant_id, id, customer_id, feature_id, used_by_id, reference_type, reference_id, expires_at,
                                created_at)
      select tenant_id, hold_id, customer_id, feature_id, used_by_id, reference_type, reference_id, hold_until, happened_at
        from reservation
    ), leg as (
      insert into bursar.hold_legs (tenant_id, hold_id, leg, balance_id, sequence, drawn_to, amount, expires_at)
      select tenant_id, hold_id, 0, balance_id, sequence, drawn_to, hold, hold_until
        from reservation
    ),`;
}

/** A row of the answer, with the place of its line. */
export function readFound(row: Row): Found & { readonly number: number } {
  const known = textOrNull(row.known);
  return {
    number: integer(row.number),
    seen: readSeen(row),
    isBooked: flag(row.is_booked),
    known: new Set(known === null ? [] : known.split(',').map(Number)),
  };
}
