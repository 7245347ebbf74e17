/**
 * What an occurrence happened to, and the ids that are made of it: one after another, with no gap that a race could fill twice.
 *
 * All firings of an alias for one subject are put in a row by a lock, taken after the actor is made and before the event.
 */
import {
  flag,
  integer,
  json,
  NotFoundError,
  newId,
  type Scope,
  sql,
  text,
} from '../kernel/index.ts';

/** In the host's words: `{ type: 'Photo', id: '31' }`. */
export type Subject = {
  /** 1 to 64 characters, no ":". */
  readonly type: string;
  /** 1 to 100 characters. */
  readonly id: string;
};

/** An alias and a subject. */
export type Fired = { readonly alias: string; readonly subject: Subject };

/** Waits until nobody else fires this for the subject; held until the transaction ends. */
export async function lockSubject(scope: Scope, { alias, subject }: Fired): Promise<void> {
  const lock = json([scope.tenant.id, 'reward subject', alias, subject.type, subject.id]);
  await scope.run(sql`select pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`);
}

/** How many were fired before, and one. Needs the subject's lock. */
export function nextFiring(scope: Scope, { alias, subject }: Fired): Promise<number> {
  return scope.one(
    sql`
    select coalesce(max(firing), 0) + 1 as next
      from bursar.reward_events
     where (tenant_id, subject_type, subject_id, alias)
         = (${scope.tenant.id}::int, ${subject.type}::text, ${subject.id}::text, ${alias}::text)`,
    (row) => integer(row.next),
  );
}

/** Something was rewarded for the subject, and not all of it is reversed. Needs the subject's lock. */
export function isRewarded(scope: Scope, { alias, subject }: Fired): Promise<boolean> {
  return scope.one(
    sql`
    select exists (
      select from bursar.reward_events
       where (tenant_id, subject_type, subject_id, alias)
           = (${scope.tenant.id}::int, ${subject.type}::text, ${subject.id}::text, ${alias}::text)
         and subject_type is not null and status = 'processed' and reversed_basis_points < 10000) as is_rewarded`,
    (row) => flag(row.is_rewarded),
  );
}

/** An external id where the host gave none: `Photo:31:gallery_photo_added:v1`, or one that nobody has without a subject. */
export function ownExternalId(alias: string, subject: Subject | undefined, firing: number): string {
  if (!subject) return newId('ext');
  return `${subject.type}:${subject.id}:${alias.replaceAll('.', '_')}:v${firing}`;
}

/**
 * The event that is meant by its subject: the latest that is rewarded and not reversed in full, else the latest that was; but one that
 * waits to be rewarded is never passed over for what was reversed before it.
 * @throws {NotFoundError} Nothing of the alias happened to it.
 */
export async function latestOf(scope: Scope, { alias, subject }: Fired): Promise<string> {
  const event = await scope.maybeOne(
    sql`
    select id from bursar.reward_events
     where (tenant_id, subject_type, subject_id, alias)
         = (${scope.tenant.id}::int, ${subject.type}::text, ${subject.id}::text, ${alias}::text)
     order by status = 'processed' and reversed_basis_points < 10000 desc, status <> 'skipped' desc, firing desc
     limit 1`,
    (row) => text(row.id),
  );
  if (event === null)
    throw new NotFoundError('reward event', `${alias} ${subject.type} ${subject.id}`);
  return event;
}
