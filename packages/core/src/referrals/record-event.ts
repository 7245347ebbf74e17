/** Recording that something happened, once under its external id. */
import type { CustomerRow } from '../customers/index.ts';
import { at, json, newId, type Scope, sql, text } from '../kernel/index.ts';
import type { Asked } from './payout.ts';
import { lockSubject, nextFiring, ownExternalId, type Subject } from './subjects.ts';

/** How long whoever processes an event has it to itself. */
export const leaseMilliseconds = 300_000;

export type Recording = {
  readonly alias: string;
  readonly externalId?: string | undefined;
  readonly subject?: Subject | undefined;
  readonly actor: CustomerRow;
  /** It is processed in this transaction. */
  readonly isInHand: boolean;
  /** What whoever processes it later needs; null where that is nobody. */
  readonly asked: Asked | null;
};

/**
 * Inserts the event, under an external id that counts up by its subject unless it has one: waiting, or in hand for its first
 * attempt.
 *
 * @returns `event` is null where it was recorded before.
 */
export async function recordEvent(
  scope: Scope,
  recording: Recording,
): Promise<{ event: string | null; externalId: string }> {
  const { alias, subject } = recording;
  if (subject) await lockSubject(scope, { alias, subject });
  for (let firing = subject ? await nextFiring(scope, { alias, subject }) : 1; ; firing += 1) {
    const externalId = recording.externalId ?? ownExternalId(alias, subject, firing);
    const event = await insertEvent(scope, recording, { externalId, firing });
    // Somebody may have given by hand what counting would give.
    if (event !== null || recording.externalId !== undefined) return { event, externalId };
  }
}

/** Null: it is there already. Whoever inserts it at the same time is waited for. */
function insertEvent(
  scope: Scope,
  { alias, subject, actor, isInHand, asked }: Recording,
  { externalId, firing }: { externalId: string; firing: number },
): Promise<string | null> {
  return scope.maybeOne(
    sql`
    insert into bursar.reward_events (tenant_id, id, alias, external_id, subject_type, subject_id, firing, customer_id, status,
                                      attempts, lease_until, asked, created_at)
    values (${scope.tenant.id}::int, ${newId('rev')}::text, ${alias}::text, ${externalId}::text, ${subject?.type ?? null}::text,
            ${subject?.id ?? null}::text, ${subject ? firing : null}::int, ${actor.id}::bigint,
            ${isInHand ? 'processing' : 'pending'}::text, ${isInHand ? 1 : 0}::int,
            case when ${isInHand}::boolean then clock_timestamp() + ${leaseMilliseconds}::int * interval '1 millisecond' end,
            ${asked && json({ amount: asked.amount, payload: asked.payload })}::text::jsonb, ${at(scope.now)}::text::timestamptz)
    on conflict (tenant_id, alias, external_id) do nothing
    returning id`,
    (row) => text(row.id),
  );
}
