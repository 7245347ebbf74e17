/**
 * Writing news down with its cause: the outbox row commits or rolls back with the change it tells of.
 *
 * What the ledger does stands in its entries and needs no row here.
 */
import { at, json, type News, newId, type Scope, sql } from '../kernel/index.ts';

/** What a slice says; the scope adds whose, when and by whom. */
export type Announcement = {
  /** Of what has a name already; a new one unless said. */
  readonly id?: string | undefined;
  readonly type: string;
  /** The host's id of the customer it is about, or null. */
  readonly customer: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  /** The verb or job that caused it. */
  readonly source?: string | null | undefined;
  readonly sequence?: number | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};

declare module '../kernel/scope.ts' {
  interface Ports {
    /** False: nobody in this process listens to that type. Left out: somebody may. */
    readonly hears?: ((type: string) => boolean) | undefined;
  }
}

/** The envelope of an announcement, for `scope.queue`. */
export function news(scope: Scope, said: Announcement): News {
  return {
    id: said.id ?? newId('evt'),
    type: said.type,
    tenant: scope.tenant.key,
    customer: said.customer,
    at: scope.now.toISOString(),
    source: said.source ?? null,
    subject: said.subject,
    actor: scope.actor,
    ...(said.sequence !== undefined && { sequence: said.sequence }),
    data: said.data,
  };
}

/** Where a change of rights is notified, as `[tenant, customer, type]`; PostgreSQL delivers it at commit, also the host's. */
export const RIGHTS_CHANNEL = 'bursar_rights';

/** True for news after which a customer may do other things than before. */
export function changesRights({ type, customer }: News): boolean {
  return customer !== null && (type.startsWith('subscription.') || type.startsWith('customer.'));
}

/** Writes the outbox row in the scope's transaction and queues the news for this process's listeners. */
export async function announce(scope: Scope, said: Announcement): Promise<void> {
  const one = news(scope, said);
  await scope.run(sql`
    with kept as (
      insert into bursar.outbox (tenant_id, id, type, customer, subject_type, subject_id, actor, source, at, data)
      values (${scope.tenant.id}::int, ${one.id}::text, ${one.type}::text, ${one.customer}::text, ${one.subject.type}::text,
              ${one.subject.id}::text, ${one.actor}::text, ${one.source}::text, ${at(scope.now)}::text::timestamptz,
              ${json(one.data)}::text::jsonb)
    )
    select pg_notify(${RIGHTS_CHANNEL}::text, ${json([one.tenant, one.customer, one.type])}::text)
     where ${changesRights(one) && one.type !== 'customer.created'}::boolean`);
  written.add(one);
  scope.queue(one);
}

/** As `announce`, of many that change nobody's rights: one statement. */
export async function announceAll(scope: Scope, said: readonly Announcement[]): Promise<void> {
  if (said.length === 0) return;
  const all = said.map((one) => news(scope, one));
  const rows = all.map(({ subject, ...one }) => ({
    ...one,
    subject_type: subject.type,
    subject_id: subject.id,
  }));
  await scope.run(sql`
    insert into bursar.outbox (tenant_id, id, type, customer, subject_type, subject_id, actor, source, at, data)
    select ${scope.tenant.id}::int, id, type, customer, subject_type, subject_id, actor, source, ${at(scope.now)}::text::timestamptz,
           data
      from jsonb_to_recordset(${json(rows)}::text::jsonb)
        as one (id text, type text, customer text, subject_type text, subject_id text, actor text, source text, data jsonb)`);
  for (const one of all) {
    written.add(one);
    scope.queue(one);
  }
}

const written = new WeakSet<News>();

/** True for news that stands or falls with an outbox row of its own. */
export function hasRow(one: News): boolean {
  return written.has(one);
}
