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
  type Statement,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import type { AuditFacts, AuditPersonal } from './record-audit.ts';

export type ListAudit = {
  readonly customer?: string | undefined;
  /** A verb such as `wallet.credit`, or all of a namespace: `wallet.`. */
  readonly operation?: string | undefined;
  readonly actor?: string | undefined;
  /** What was changed, or all of one type. */
  readonly subject?: { readonly type: string; readonly id?: string | undefined } | undefined;
  /** Changes at this moment and later. */
  readonly from?: Date | undefined;
  /** Changes before this moment. */
  readonly until?: Date | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Asks for the `total` of all pages too. */
  readonly count?: boolean | undefined;
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
  /** What of a person was changed, by field; empty once that person was erased. */
  readonly personal: AuditPersonal;
};

/** `total` is there when it was asked for. */
export type AuditPage = Page<AuditLine> & { readonly total?: number };

const name = z.string().min(1).max(255);
const shape: z.ZodType<ListAudit> = z.strictObject({
  ...{ customer: name.optional(), operation: name.optional(), actor: name.optional() },
  subject: z.strictObject({ type: name, id: name.optional() }).optional(),
  from: z.date('must be a Date').optional(),
  until: z.date('must be a Date').optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
  count: z.boolean().optional(),
});

const list = 'audit';

/**
 * A page of changes; filters narrow it together.
 * @throws {ValidationError} A filter cannot be read. @throws {CursorError} The cursor is not one of this list.
 */
export async function listAudit(scope: Scope, input: ListAudit): Promise<AuditPage> {
  const { cursor, limit: asked, count, ...filters } = readInput(shape, input);
  const limit = checkLimit(asked);
  const before = decodeNumber(list, cursor) ?? Number.MAX_SAFE_INTEGER;
  const among = amongOf(scope, filters);
  const rows = await scope.many(
    sql`
    select audit.id, at, acting.external_id as actor, operation, customer.external_id as customer, subject_type, subject_id, reason, facts,
           coalesce((select jsonb_object_agg(personal.name, personal.value)
                       from bursar.audit_values as personal
                      where (personal.tenant_id, personal.audit_id) = (audit.tenant_id, audit.id)), '{}') as personal
      from ${among} and audit.id < ${before}::bigint
     order by audit.id desc
     limit ${limit + 1}::int`,
    readLine,
  );
  const { items, next } = pageOf(list, rows, limit, (row) => [row.number]);
  const page = { items: items.map(({ number: _, ...line }) => line), next };
  if (!count) return page;
  const total = await scope.one(sql`select count(*) as total from ${among}`, (row) =>
    integer(row.total),
  );
  return { ...page, total };
}

/** What is listed at all, whichever page it is on. */
function amongOf(
  scope: Scope,
  { customer, operation, actor, subject, from, until }: ListAudit,
): Statement {
  const namespace = operation?.endsWith('.') ? operation : null;
  const verb = namespace === null ? (operation ?? null) : null;
  return sql`bursar.audit
      left join bursar.customers as customer on (customer.tenant_id, customer.id) = (audit.tenant_id, audit.customer_id)
      left join bursar.parties as acting on (acting.tenant_id, acting.id) = (audit.tenant_id, audit.actor_id)
     where audit.tenant_id = ${scope.tenant.id}::int
       and (${customer ?? null}::text is null or customer.external_id = ${customer ?? null}::text)
       and (${verb}::text is null or operation = ${verb}::text)
       and (${namespace}::text is null or starts_with(operation, ${namespace}::text))
       and (${actor ?? null}::text is null or acting.external_id = ${actor ?? null}::text)
       and (${subject?.type ?? null}::text is null or subject_type = ${subject?.type ?? null}::text)
       and (${subject?.id ?? null}::text is null or subject_id = ${subject?.id ?? null}::text)
       and (${at(from ?? null)}::text is null or at >= ${at(from ?? null)}::text::timestamptz)
       and (${at(until ?? null)}::text is null or at < ${at(until ?? null)}::text::timestamptz)`;
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
    personal: document(row.personal),
  };
}
