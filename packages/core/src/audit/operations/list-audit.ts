/** What was changed by hand, newest first. */
import { z } from 'zod';
import {
  at,
  checkLimit,
  decodeNumber,
  document,
  instant,
  integer,
  type Page,
  pageOf,
  type Row,
  readInput,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import type { AuditFacts } from './record-audit.ts';

export type ListAudit = {
  readonly customer?: string | undefined;
  readonly operation?: string | undefined;
  readonly actor?: string | undefined;
  /** Changes at this moment and later. */
  readonly from?: Date | undefined;
  /** Changes before this moment. */
  readonly to?: Date | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** One change. */
export type AuditLine = {
  readonly id: string;
  readonly at: Date;
  readonly actor: string | null;
  readonly operation: string;
  readonly customer: string | null;
  /** `null` when it is the customer as such. */
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly reason: string;
  readonly facts: AuditFacts;
};

const name = z.string().min(1).max(255).optional();
const shape: z.ZodType<ListAudit> = z.strictObject({
  ...{ customer: name, operation: name, actor: name },
  from: z.date('must be a Date').optional(),
  to: z.date('must be a Date').optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

const list = 'audit';

/**
 * A page of changes; filters narrow it together.
 * @throws {ValidationError} A filter cannot be read. @throws {CursorError} The cursor is not one of this list.
 */
export async function listAudit(scope: Scope, input: ListAudit): Promise<Page<AuditLine>> {
  const { customer, operation, actor, from, to, ...page } = readInput(shape, input);
  const limit = checkLimit(page.limit);
  const before = decodeNumber(list, page.cursor) ?? Number.MAX_SAFE_INTEGER;
  const rows = await scope.many(
    sql`
    select audit.id, at, actor, operation, customer.external_id as customer, subject_type, subject_id, reason, facts
      from bursar.audit
      left join bursar.customers as customer on (customer.tenant_id, customer.id) = (audit.tenant_id, audit.customer_id)
     where audit.tenant_id = ${scope.tenant.id}::int and audit.id < ${before}::bigint
       and (${customer ?? null}::text is null or customer.external_id = ${customer ?? null}::text)
       and (${operation ?? null}::text is null or operation = ${operation ?? null}::text)
       and (${actor ?? null}::text is null or actor = ${actor ?? null}::text)
       and (${at(from ?? null)}::text is null or at >= ${at(from ?? null)}::text::timestamptz)
       and (${at(to ?? null)}::text is null or at < ${at(to ?? null)}::text::timestamptz)
     order by audit.id desc
     limit ${limit + 1}::int`,
    readLine,
  );
  const { items, next } = pageOf(list, rows, limit, (row) => [row.number]);
  return { items: items.map(({ number: _, ...line }) => line), next };
}

function readLine(row: Row): AuditLine & { readonly number: number } {
  const number = integer(row.id);
  return {
    number,
    id: `aud_${number}`,
    at: instant(row.at),
    actor: textOrNull(row.actor),
    operation: text(row.operation),
    customer: textOrNull(row.customer),
    subject:
      row.subject_type === null ? null : { type: text(row.subject_type), id: text(row.subject_id) },
    reason: text(row.reason),
    facts: document(row.facts),
  };
}
