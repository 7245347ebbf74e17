/**
 * Many spends and holds on many balances, as one statement: one conditional update a balance for the sum of what is asked
 * of it, and an entry for each with the figures after it.
 *
 * If the sum fits, each does: nothing is approximated. A balance where it does not fit, something is due or a key is
 * known comes back as it was found. Running sums are made here, the figures before them by the database.
 */
import { flag, integer, type Row, type Statement, textOrNull } from '../../kernel/index.ts';
import type { Seen } from '../figures.ts';
import { readSeen } from '../rows.ts';
import type { Ask, Line } from './line.ts';
import { lineColumns, type Needs, requestColumns } from './shared-columns.ts';

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
  const holds = asks.some(({ input }) => input.hold !== undefined);
  const needs: Needs = {
    holds,
    keys: asks.some(({ input }) => input.key !== undefined),
    facts:
      holds ||
      asks.some(({ input }) => (input.featureId ?? input.usedById ?? input.reference) != null),
  };
  const at = options.now.toISOString();
  return {
    text: textFor(needs, options.skipsLocked),
    values: [at, ...lineColumns(parties), ...requestColumns(parties, needs)],
    tenants: asks.map(({ scope }) => scope.tenant.id),
  };
}

const texts = new Map<string, string>();

/** One text for each kind of batch, so that each is planned once and kept by its connection. */
function textFor(needs: Needs, skipsLocked: boolean): string {
  const kind = `${needs.holds} ${needs.keys} ${needs.facts} ${skipsLocked}`;
  const known = texts.get(kind);
  if (known !== undefined) return known;
  const text = write(needs, skipsLocked);
  texts.set(kind, text);
  return text;
}

// Behind a `select` it is read once, and not for each row.
const now = '(select $1::text::timestamptz)';

/**
 * An array's values in a column. Behind a `select` the planner cannot see how many there are: it would plan anew for each
 * batch otherwise, which costs more than carrying it out.
 */
function column(place: number, type: string): string {
  return `(select $${place}::text)::${type}[]`;
}

function write(needs: Needs, skipsLocked: boolean): string {
  return `
    with line as (
      select asked.number, balance.*, asked.debits, asked.holds, asked.debits + asked.holds as total, asked.requests,
             asked.holds_until
        from unnest(${column(2, 'int')}, ${column(3, 'bigint')}, ${column(4, 'bigint')}, ${column(5, 'bigint')},
                        ${column(6, 'int')}, ${column(7, 'timestamptz')})
             with ordinality as asked (tenant_id, balance_id, debits, holds, requests, holds_until, number)
       cross join lateral (
         select tenant_id, id as balance_id, customer_id, settled, held, drawn, mark, floor, ceiling, cap_left, sequence,
                valid_until, epoch, changed_at
           from bursar.balances
          where (tenant_id, id) = (asked.tenant_id, asked.balance_id)
            for no key update ${skipsLocked ? 'skip locked' : ''}
       ) as balance
    ), ${request(needs)}, known as (${needs.keys ? knownKeys : 'select null::bigint as line, null::bigint as place where false'}
    ), booked as (
      select * from line
       where settled - held - total >= floor and drawn + total < mark and (cap_left is null or cap_left >= total)
         and valid_until > ${now} and not exists (select 1 from known where known.line = line.number)
    ), entry as (${needs.holds ? debitsAndHolds(needs) : debits(needs)}
    ), ${needs.holds ? reservations : ''} spent as (
      update bursar.balances as balance
         set settled = booked.settled - booked.debits, held = booked.held + booked.holds, drawn = booked.drawn + booked.total,
             sequence = booked.sequence + booked.requests, cap_left = booked.cap_left - booked.total,
             changed_at = greatest(${now}, booked.changed_at), valid_until = least(booked.valid_until, booked.holds_until)
        from booked
       where (balance.tenant_id, balance.id) = (booked.tenant_id, booked.balance_id)
    )
    select line.number, line.sequence, line.settled, line.held, line.drawn, line.floor, line.ceiling, line.mark, line.cap_left, line.epoch,
           least(line.valid_until, case when booked.number is not null then line.holds_until end) as valid_until,
           booked.number is not null as is_booked,
           (select string_agg(known.place::text, ',') from known where known.line = line.number) as known
      from line left join booked on booked.number = line.number`;
}

/** Every request with its place in its line, and the running sum of what is settled up to it. */
function request(needs: Needs): string {
  const names = ['line bigint', 'place bigint', 'debit bigint', 'debits_to bigint'];
  if (needs.holds)
    names.push('hold bigint', 'holds_to bigint', 'hold_id text', 'hold_until timestamptz');
  if (needs.keys) names.push('key text', 'request_hash bigint');
  if (needs.facts)
    names.push('feature_id int', 'used_by_id bigint', 'reference_type text', 'reference_id text');
  const columns = names.map((name, index) => column(index + 8, name.split(' ')[1] ?? ''));
  const called = names.map((name) => name.split(' ')[0]).join(', ');
  return `request as (
      select * from unnest(${columns.join(', ')}) as request (${called})
    )`;
}

const always =
  'tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after, drawn_to, counter';

/** The columns of an entry that only some batches have. */
function further({ keys, facts }: Needs): string {
  return `${facts ? ', feature_id, used_by_id, reference_type, reference_id' : ''}${keys ? ', key, request_hash' : ''}`;
}

function debits(needs: Needs): string {
  return `
      insert into bursar.entries (${always}, happened_at, booked_at${further(needs)})
      select tenant_id, balance_id, sequence + place, 'debit', 0 - debit, 0, settled - debits_to, held, drawn + debits_to, 'usage',
             greatest(${now}, changed_at), ${now}${further(needs)}
        from booked join request on request.line = booked.number`;
}

function debitsAndHolds(needs: Needs): string {
  return `
      insert into bursar.entries (${always}, happened_at, booked_at${further(needs)})
      select tenant_id, balance_id, sequence + place, case when hold > 0 then 'hold' else 'debit' end, 0 - debit, hold,
             settled - debits_to, held + holds_to, drawn + debits_to + holds_to, case when hold = 0 then 'usage' end,
             greatest(${now}, changed_at), ${now}${further(needs)}
        from booked join request on request.line = booked.number`;
}

/** Probed one by one: joined against the entries the planner would scan them. */
const knownKeys = `
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
const reservations = `reservation as (
      select tenant_id, balance_id, customer_id, sequence + place as sequence, hold, drawn + debits_to + holds_to as drawn_to,
             feature_id, used_by_id, reference_type, reference_id, hold_id, hold_until,
             greatest(${now}, changed_at) as happened_at
        from booked join request on request.line = booked.number
       where hold_id is not null
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

/** A row of the answer, with the place of its line. */
export function readFound(row: Row): Found & { readonly number: number } {
  const known = textOrNull(row.known)?.split(',').map(Number);
  const number = integer(row.number);
  return { number, seen: readSeen(row), isBooked: flag(row.is_booked), known: new Set(known) };
}
