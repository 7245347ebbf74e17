/** A balance's story, newest first: each entry with the balance after it. */
import {
  at,
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
  textOrNull,
} from '../../kernel/index.ts';
import { transferId } from '../entry-news.ts';

export type StatementInput = {
  readonly customer: string;
  readonly unit: string;
  readonly kind?: string | undefined;
  readonly referenceType?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

export type StatementLine = {
  readonly id: string;
  readonly sequence: number;
  readonly kind: string;
  /** Change of settled; positive always means more. */
  readonly amount: number;
  readonly heldAmount: number;
  readonly settled: number;
  readonly held: number;
  readonly available: number;
  readonly reference: { readonly type: string; readonly id: string } | null;
  readonly at: Date;
};

/**
 * The entries of one balance, newest first; empty for a balance nobody has touched. Shows what is booked: what time
 * alone has changed since the last touch stands in `readBalance`.
 * @throws {CursorError} The cursor is not one of this list.
 */
export async function listEntries(
  scope: Scope,
  input: StatementInput,
): Promise<Page<StatementLine>> {
  const limit = checkLimit(input.limit);
  const list = `statement/${input.customer}/${input.unit}`;
  const before = decodeNumber(list, input.cursor);
  const rows = await scope.many(
    sql`
    select entry.balance_id, entry.sequence, entry.kind, entry.amount, entry.held_amount, entry.settled_after, entry.held_after,
           entry.reference_type, entry.reference_id, entry.happened_at
      from bursar.customers as customer
      join bursar.units as unit on unit.tenant_id = customer.tenant_id and unit.key = ${input.unit}::text
      join bursar.balances as balance
        on (balance.tenant_id, balance.customer_id, balance.unit_id) = (customer.tenant_id, customer.id, unit.id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${input.customer}::text)
       and entry.sequence < coalesce(${before}::bigint, 9223372036854775807)
       and (${input.kind ?? null}::text is null or entry.kind = ${input.kind ?? null}::text)
       and (${input.referenceType ?? null}::text is null or entry.reference_type = ${input.referenceType ?? null}::text)
       and (${at(input.from ?? null)}::text is null or entry.happened_at >= ${at(input.from ?? null)}::text::timestamptz)
       and (${at(input.to ?? null)}::text is null or entry.happened_at < ${at(input.to ?? null)}::text::timestamptz)
     order by entry.sequence desc
     limit ${limit + 1}::int`,
    readLine,
  );
  return pageOf(list, rows, limit, (line) => [line.sequence]);
}

function readLine(row: Row): StatementLine {
  const settled = integer(row.settled_after);
  const held = integer(row.held_after);
  const type = textOrNull(row.reference_type);
  return {
    id: transferId(integer(row.balance_id), integer(row.sequence)),
    sequence: integer(row.sequence),
    kind: text(row.kind),
    amount: integer(row.amount),
    heldAmount: integer(row.held_amount),
    settled,
    held,
    available: settled - held,
    reference: type === null ? null : { type, id: textOrNull(row.reference_id) ?? '' },
    at: instant(row.happened_at),
  };
}
