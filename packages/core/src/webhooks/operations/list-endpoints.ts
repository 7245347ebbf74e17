/** The endpoints of a tenant. */
import { document, NotFoundError, type Scope, sql, text, textOrNull } from '../../kernel/index.ts';
import { type Endpoint, readEndpoint } from '../endpoint.ts';

/** All of them, at most a hundred, oldest first. */
export function listEndpoints(scope: Scope): Promise<Endpoint[]> {
  return scope.many(
    sql`
    select * from bursar.webhook_endpoints where tenant_id = ${scope.tenant.id}::int order by id limit 100`,
    readEndpoint,
  );
}

/** @throws {NotFoundError} No such endpoint in the tenant. */
export async function getEndpoint(scope: Scope, id: string): Promise<Endpoint> {
  const found = await scope.maybeOne(
    sql`select * from bursar.webhook_endpoints where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`,
    readEndpoint,
  );
  if (!found) throw new NotFoundError('webhook endpoint', id);
  return found;
}

export type Target = {
  readonly url: string;
  readonly enabled: boolean;
  /** One, or two while the secret is changed. */
  readonly secrets: readonly string[];
};

/** Where to send to and what signs; `null` when it is gone. */
export function findTarget(scope: Scope, id: string): Promise<Target | null> {
  return scope.maybeOne(
    sql`
    select url, state, secret, case when previous_until > ${scope.now.toISOString()}::text::timestamptz then previous_secret end as previous
      from bursar.webhook_endpoints
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`,
    (row) => ({
      url: text(row.url),
      enabled: text(row.state) === 'enabled',
      secrets: [text(row.secret), textOrNull(row.previous)].filter((one) => one !== null),
    }),
  );
}

/** Every type that some endpoint that is enabled wants, over all tenants. */
export function wantedTypes(scope: Scope): Promise<readonly string[]> {
  const ofAll = sql`
    select coalesce(jsonb_agg(distinct type), '[]') as types
      from bursar.webhook_endpoints cross join jsonb_array_elements_text(types) as type
     where state = 'enabled'`;
  return scope.one({ ...ofAll, tenants: 'all' }, (row) => document<string[]>(row.types));
}
