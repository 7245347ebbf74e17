/** Keeping why something was changed, in the transaction that changes it. */
import { partyIdOf } from '../../customers/index.ts';
import { at, json, type Scope, sql } from '../../kernel/index.ts';

export type AuditFacts = Readonly<Record<string, string | number | boolean | null>>;

/** What is kept of one change. Who acted and when comes from the scope. */
export type Audited = {
  /** The verb with its namespace, such as `wallet.credit`. */
  readonly operation: string;
  readonly customer: string | null;
  /** What of the customer: `{ type: 'balance', id: 'points' }`; `null` for the customer as such. */
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly facts: AuditFacts;
  /** By field, what of a person was changed. Kept apart, so that it can be deleted. */
  readonly personal?: AuditPersonal | undefined;
};

export type AuditPersonal = Readonly<
  Record<string, { readonly before: string | null; readonly after: string | null }>
>;

/**
 * Does the work and keeps why, both or neither. Without a reason only the work is done: the host's own code needs none.
 *
 * @param reason 1 to 500 characters.
 * @param tell What to keep, from the answer. `null` keeps nothing: a replay changed nothing.
 */
export function audited<T>(
  scope: Scope,
  reason: string | undefined,
  work: (scope: Scope) => Promise<T>,
  tell: (answer: T) => Audited | null,
): Promise<T> {
  if (reason === undefined) return work(scope);
  return scope.transaction(async (inner) => {
    const answer = await work(inner);
    const told = tell(answer);
    if (told) await recordAudit(inner, told, reason);
    return answer;
  });
}

async function recordAudit(
  scope: Scope,
  { operation, customer, subject, facts, personal = {} }: Audited,
  reason: string,
): Promise<void> {
  const actor = scope.actor?.slice(0, 255);
  const actorId = actor ? await partyIdOf(scope, { kind: 'actor', id: actor }) : null;
  await scope.run(sql`
    with line as (
      insert into bursar.audit (tenant_id, at, actor_id, operation, customer_id, subject_type, subject_id, reason, facts)
      values (${scope.tenant.id}::int, ${at(scope.now)}::text::timestamptz, ${actorId}::bigint, ${operation}::text,
              (select id from bursar.customers where (tenant_id, external_id) = (${scope.tenant.id}::int, ${customer}::text)),
              ${subject?.type ?? null}::text, ${subject?.id ?? null}::text, ${reason}::text, ${json(facts)}::text::jsonb)
      returning tenant_id, id
    )
    insert into bursar.audit_values (tenant_id, audit_id, name, value)
    select line.tenant_id, line.id, personal.key, personal.value
      from line cross join jsonb_each(${json(personal)}::text::jsonb) as personal`);
}
