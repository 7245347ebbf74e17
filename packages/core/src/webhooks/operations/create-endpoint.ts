/** Adding an endpoint. */
import { at, json, newId, type Scope, sql, ValidationError } from '../../kernel/index.ts';
import { type Endpoint, readEndpoint } from '../endpoint.ts';
import { newSecret } from '../signature.ts';

export type CreateEndpoint = {
  readonly url: string;
  readonly types: readonly string[];
  readonly description?: string | undefined;
};

/** Each event asks all of them. */
const endpointsMax = 100;

/**
 * Adds an endpoint; it is sent what is committed from now on.
 * @param input.url Checked before.
 * @returns With its secret, which is shown this once.
 * @throws {ValidationError} The tenant has a hundred endpoints; nothing is written.
 */
export async function createEndpoint(
  scope: Scope,
  { url, types, description }: CreateEndpoint,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const secret = newSecret();
  const endpoint = await scope.maybeOne(
    sql`
    insert into bursar.webhook_endpoints (tenant_id, id, url, description, types, secret, created_at)
    select ${scope.tenant.id}::int, ${newId('whe')}::text, ${url}::text, ${description ?? null}::text, ${json([...new Set(types)])}::text::jsonb,
           ${secret}::text, ${at(scope.now)}::text::timestamptz
     where (select count(*) from bursar.webhook_endpoints where tenant_id = ${scope.tenant.id}::int) < ${endpointsMax}::int
    returning *`,
    readEndpoint,
  );
  if (!endpoint)
    throw new ValidationError([
      { pointer: '/url', detail: `must wait: a tenant has at most ${endpointsMax} endpoints` },
    ]);
  return { endpoint, secret };
}
