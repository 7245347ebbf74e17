/** Letting past news speak of a customer under another name: where it is about it, where it acted, where a payload names it. */
import { json, type News, type Scope, sql } from '../../kernel/index.ts';

/** Fields of payloads that hold a host's id of a customer; a feature or plan of the same word is left alone. */
export const NAMING: readonly string[] = [
  'customer',
  'from',
  'to',
  'sponsor',
  'referred',
  'beneficiary',
  'buyer',
  'usedBy',
];

/** Whom an event names, each once. */
export function namedIn({ customer, actor, subject, data }: News): string[] {
  const named = NAMING.map((field) => data[field]);
  const all = [customer, actor, subject.type === 'customer' ? subject.id : null, ...named];
  return [...new Set(all)].filter((name) => typeof name === 'string');
}

/** As `renameInEvents`, of an event in hand. */
export function renameInNews(news: News, { from, to }: { from: string; to: string }): News {
  const name = <T>(one: T) => (one === from ? to : one);
  const { subject } = news;
  const data = Object.entries(news.data).map(
    ([field, value]) => [field, NAMING.includes(field) ? name(value) : value] as const,
  );
  return {
    ...{ ...news, customer: name(news.customer), actor: name(news.actor) },
    subject: subject.type === 'customer' ? { ...subject, id: name(subject.id) } : subject,
    data: Object.fromEntries(data),
  };
}

/**
 * Rewrites every event of the tenant that names `from`, taken or not. Reads the whole outbox of the tenant, and all that is
 * still to be given out of it.
 *
 * @param words What errors of consumers may quote: those that do, or that came of one of these events, are emptied.
 */
export async function renameInEvents(
  scope: Scope,
  { from, to, words }: { from: string; to: string; words: readonly string[] },
): Promise<void> {
  const isNaming = sql`${json(NAMING)}::text::jsonb ? field.key and field.value = to_jsonb(${from}::text)`;
  const named = sql`(event.customer = ${from}::text or event.actor = ${from}::text
            or (event.subject_type, event.subject_id) = ('customer', ${from}::text)
            or exists (select from jsonb_each(event.data) as field where ${isNaming}))`;
  const subject = `${scope.tenant.id}/customer/`;
  await scope.run(sql`
    update bursar.deliveries as delivery
       set error = null,
           subject = case when delivery.subject = ${subject + from}::text then ${subject + to}::text else delivery.subject end
      from bursar.outbox as event
     where (event.tenant_id, event.id) = (delivery.tenant_id, delivery.event_id)
       and event.tenant_id = ${scope.tenant.id}::int
       and (${named}
            or exists (select from jsonb_array_elements_text(${json(words)}::text::jsonb) as word
                        where position(lower(word) in lower(delivery.error)) > 0))`);
  await scope.run(sql`
    update bursar.outbox as event
       set customer = case when event.customer = ${from}::text then ${to}::text else event.customer end,
           subject_id = case when (event.subject_type, event.subject_id) = ('customer', ${from}::text)
                             then ${to}::text else event.subject_id end,
           actor = case when event.actor = ${from}::text then ${to}::text else event.actor end,
           data = (select coalesce(jsonb_object_agg(field.key, case when ${isNaming} then to_jsonb(${to}::text) else field.value end), '{}')
                     from jsonb_each(event.data) as field)
     where event.tenant_id = ${scope.tenant.id}::int and ${named}`);
}
