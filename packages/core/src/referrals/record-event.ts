/** Recording that something happened, once under its external id. */
import type { CustomerRow } from '../customers/index.ts';
import { at, newId, type Scope, sql, text } from '../kernel/index.ts';
import type { Payout } from './payout.ts';
import { isRewarded, lockSubject, nextFiring, ownExternalId, type Subject } from './subjects.ts';

export type Recording = {
  readonly alias: string;
  readonly externalId?: string | undefined;
  readonly subject?: Subject | undefined;
  readonly actor: CustomerRow;
  readonly payout: Payout;
};

type SkipReason = 'disabled' | 'exclusive' | null;

export type Recorded = {
  readonly event: string | null;
  readonly externalId: string;
  readonly skipReason: SkipReason;
};

/**
 * Inserts the event, under an external id that counts up by its subject unless it has one.
 *
 * @returns `event` is null where it was recorded before.
 */
export async function recordEvent(scope: Scope, recording: Recording): Promise<Recorded> {
  const { alias, subject } = recording;
  if (subject) await lockSubject(scope, { alias, subject });
  const skipReason = await reasonToSkip(scope, recording);
  for (let firing = subject ? await nextFiring(scope, { alias, subject }) : 1; ; firing += 1) {
    const externalId = recording.externalId ?? ownExternalId(alias, subject, firing);
    const event = await insertEvent(scope, recording, { externalId, firing, skipReason });
    // Somebody may have given by hand what counting would give.
    if (event !== null || recording.externalId !== undefined)
      return { event, externalId, skipReason };
  }
}

async function reasonToSkip(
  scope: Scope,
  { alias, subject, payout: { setting, exclusive } }: Recording,
): Promise<SkipReason> {
  if (!setting) return 'disabled';
  const isOver = exclusive && subject && (await isRewarded(scope, { alias, subject }));
  return isOver ? 'exclusive' : null;
}

/** Null: it is there already. Whoever inserts it at the same time is waited for. */
function insertEvent(
  scope: Scope,
  { alias, subject, actor, payout: { base, setting } }: Recording,
  {
    externalId,
    firing,
    skipReason,
  }: { externalId: string; firing: number; skipReason: SkipReason },
): Promise<string | null> {
  return scope.maybeOne(
    sql`
    insert into bursar.reward_events (tenant_id, id, alias, external_id, subject_type, subject_id, firing, customer_id, status, skip_reason,
                                      base_amount, base_unit, unit, clawback, reverse_on_refund, created_at)
    values (${scope.tenant.id}::int, ${newId('rev')}::text, ${alias}::text, ${externalId}::text, ${subject?.type ?? null}::text,
            ${subject?.id ?? null}::text, ${subject ? firing : null}::int, ${actor.id}::bigint,
            ${skipReason ? 'skipped' : 'processed'}::text, ${skipReason}::text, ${base?.amount ?? null}::bigint, ${base?.unit ?? null}::text,
            ${setting?.unit ?? null}::text, ${setting?.clawback ?? null}::text, ${setting?.reverseOnRefund ?? false}::boolean,
            ${at(scope.now)}::text::timestamptz)
    on conflict (tenant_id, alias, external_id) do nothing
    returning id`,
    (row) => text(row.id),
  );
}
