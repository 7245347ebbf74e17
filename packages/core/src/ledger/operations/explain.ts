/**
 * Where a balance comes from: what filled it, what emptied it, which grants paid for which use, and the sum that closes.
 *
 * As it is now, also where nobody has touched it since something expired: the same code that books it has projected it.
 */
import { findCustomer } from '../../customers/index.ts';
import {
  checkLimit,
  decodeNumber,
  instant,
  integer,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { available, type Draft, UNWRITTEN } from '../draft.ts';
import { grantName, transferId } from '../entry-news.ts';
import type { Figures } from '../figures.ts';
import { projectBalance } from '../open-balances.ts';
import { openGrants } from '../post.ts';
import type { Stretch } from '../return-stretch.ts';
import { type Sums, sumsOf } from '../sums.ts';
import { strangerAt } from './find-balance.ts';

export type Explain = {
  readonly customer: string;
  readonly unit: string;
  /** Uses to a page: 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** What one grant gave to one use; `grant` is `null` where no grant has paid yet, or the paying one is not booked. */
export type Payment = { readonly grant: string | null; readonly units: number };

/** A spend or a hold. Units that came back meanwhile are in it: they were paid for then. */
export type ExplainedUse = {
  readonly id: string;
  readonly kind: 'debit' | 'hold' | 'adjustment' | 'reversal';
  readonly units: number;
  readonly at: Date;
  readonly payments: readonly Payment[];
};

export type ExplainedGrant = {
  readonly id: string | null;
  readonly source: string;
  readonly amount: number;
  readonly free: number;
  /** Taken out unspent: expired, voided or reversed. */
  readonly removed: number;
  /** Drawn and not given back; what is reserved included. */
  readonly drawn: number;
  readonly expiresAt: Date | null;
};

export type Explained = Pick<Figures, 'settled' | 'held' | 'available'> & {
  /** Signed sums of every entry by what it did. They add up to `settled`, always. */
  readonly sums: Sums;
  /** Open grants in burn order. */
  readonly grants: readonly ExplainedGrant[];
  readonly holds: readonly {
    readonly hold: string;
    readonly amount: number;
    readonly expiresAt: Date | null;
  }[];
  /** Newest first. */
  readonly uses: Page<ExplainedUse>;
};

/**
 * Explains the balance; all zero when nobody has touched it.
 * @throws {UnitUnknownError} The catalogue has no such unit. @throws {CursorError} The cursor is not one of this list.
 */
export async function explain(scope: Scope, input: Explain): Promise<Explained> {
  const customer = (await findCustomer(scope, input.customer)) ?? strangerAt(scope, input.customer);
  const page = await listPaid(scope, input);
  const stretches = page.items.map(({ stretch }) => stretch);
  const { draft } = await projectBalance(scope, { customer, unit: input.unit, stretches });
  const { balance } = draft;
  return {
    settled: balance.settled,
    held: balance.held,
    available: available(balance),
    sums: await sumsOf(scope, draft),
    grants: openGrants(draft).map((grant) => ({
      id: nameOf(grant.id),
      source: grant.source,
      amount: grant.amount,
      free: grant.free,
      removed: grant.removed,
      drawn: grant.amount - grant.free - grant.removed,
      expiresAt: grant.expiresAt,
    })),
    holds: draft.legs
      .filter((leg) => leg.open)
      .map((leg) => ({
        hold: leg.holdId,
        amount: leg.amount - leg.captured - leg.released,
        expiresAt: leg.expiresAt,
      })),
    uses: {
      next: page.next,
      items: page.items.map(({ stretch, ...use }) => ({
        ...use,
        payments: paymentsFor(draft, stretch),
      })),
    },
  };
}

function nameOf(grant: number): string | null {
  return grant < UNWRITTEN ? grantName(grant) : null;
}

/** Who paid for a stretch of positions, oldest first; what nobody has paid for last. */
function paymentsFor({ draws }: Draft, stretch: Stretch): Payment[] {
  const payments: Payment[] = [];
  let covered = 0;
  for (const draw of [...draws].sort((one, other) => one.from - other.from)) {
    const units = Math.min(draw.to, stretch.to) - Math.max(draw.from, stretch.from);
    if (units <= 0) continue;
    covered += units;
    payments.push({ grant: nameOf(draw.grantId), units });
  }
  const rest = stretch.to - stretch.from - covered;
  return rest > 0 ? [...payments, { grant: null, units: rest }] : payments;
}

type Paid = Omit<ExplainedUse, 'payments'> & {
  readonly sequence: number;
  readonly stretch: Stretch;
};

/** The entries that drew positions, newest first. */
async function listPaid(scope: Scope, input: Explain): Promise<Page<Omit<Paid, 'sequence'>>> {
  const limit = checkLimit(input.limit);
  const list = `explain/${input.customer}/${input.unit}`;
  const before = decodeNumber(list, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const rows = await scope.many(
    sql`
    select entry.balance_id, entry.sequence, entry.kind, entry.drawn_to, entry.happened_at,
           case entry.kind when 'hold' then entry.held_amount else 0 - entry.amount end as units
      from bursar.customers as customer
      join bursar.units as unit on unit.tenant_id = customer.tenant_id and unit.key = ${input.unit}::text
      join bursar.balances as balance
        on (balance.tenant_id, balance.customer_id, balance.unit_id) = (customer.tenant_id, customer.id, unit.id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${input.customer}::text)
       and entry.sequence < ${before}::bigint
       and (entry.kind in ('debit', 'hold') or (entry.kind in ('adjustment', 'reversal') and entry.amount < 0 and entry.grant_id is null))
     order by entry.sequence desc
     limit ${limit + 1}::int`,
    readPaid,
  );
  const page = pageOf(list, rows, limit, (row) => [row.sequence]);
  return { next: page.next, items: page.items.map(({ sequence: _, ...use }) => use) };
}

function readPaid(row: Row): Paid {
  const [units, to] = [integer(row.units), integer(row.drawn_to)];
  return {
    sequence: integer(row.sequence),
    id: transferId(integer(row.balance_id), integer(row.sequence)),
    kind: text(row.kind) as ExplainedUse['kind'],
    units,
    at: instant(row.happened_at),
    stretch: { from: to - units, to },
  };
}
