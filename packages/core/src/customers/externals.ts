/** What other systems call a customer: each such id is one customer's. */
import { json, requestHash, type Scope, sql, text, textOrNull } from '../kernel/index.ts';
import { ExternalTakenError } from './errors.ts';

type Externals = Readonly<Record<string, string>>;

/** Two customers who claim one id at once meet here, so that the later one finds it taken. */
export async function lockExternals(scope: Scope, external: Externals): Promise<void> {
  for (const [system, id] of Object.entries(external).sort()) {
    const lock = requestHash([scope.tenant.key, 'external', system, id]);
    await scope.run(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
  }
}

/** @throws {ExternalTakenError} Another customer has one of them. */
export async function refuseTaken(
  scope: Scope,
  customerId: number,
  external: Externals,
): Promise<void> {
  const taken = await scope.many(
    sql`
    select known.system, known.external_id
      from bursar.customer_externals as known
      join jsonb_each_text(${json(external)}::text::jsonb) as asked on (known.system, known.external_id) = (asked.key, asked.value)
     where known.tenant_id = ${scope.tenant.id}::int and known.customer_id <> ${customerId}::bigint
     order by known.system
     limit 1`,
    (row) => ({ system: text(row.system), external: text(row.external_id) }),
  );
  if (taken[0]) throw new ExternalTakenError(taken[0]);
}

/** @returns Those that are others than before. Without a lock of their own: the customer's keeps them still. */
export async function addExternals(
  scope: Scope,
  customerId: number,
  external: Externals,
): Promise<Readonly<Record<string, { readonly before: string | null; readonly after: string }>>> {
  if (Object.keys(external).length === 0) return {};
  const written = await scope.many(
    sql`
    with earlier as (
      select system, external_id from bursar.customer_externals
       where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
    ), written as (
      insert into bursar.customer_externals as known (tenant_id, customer_id, system, external_id)
      select ${scope.tenant.id}::int, ${customerId}::bigint, asked.key, asked.value
        from jsonb_each_text(${json(external)}::text::jsonb) as asked
      on conflict (tenant_id, customer_id, system) do update set external_id = excluded.external_id
       where known.external_id <> excluded.external_id
      returning known.system, known.external_id
    )
    select written.system, written.external_id as after, earlier.external_id as before
      from written
      left join earlier on earlier.system = written.system
     order by written.system`,
    (row) => ({
      name: `external.${text(row.system)}`,
      value: { before: textOrNull(row.before), after: text(row.after) },
    }),
  );
  return Object.fromEntries(written.map(({ name, value }) => [name, value]));
}
