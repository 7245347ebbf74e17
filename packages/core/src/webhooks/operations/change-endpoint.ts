/** Changing an endpoint: where it is, what it is sent, whether it is sent anything, and what signs. */
import { addDuration, at, json, NotFoundError, type Scope, sql, text } from '../../kernel/index.ts';
import { type Endpoint, readEndpoint } from '../endpoint.ts';
import { SecretInUseError } from '../errors.ts';
import { newSecret } from '../signature.ts';
import { getEndpoint } from './list-endpoints.ts';

export type ChangeEndpoint = {
  readonly endpoint: string;
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
};

/**
 * Changes what is given. Enabling forgets that it failed; what was given up on meanwhile is sent anew only when asked for.
 * @throws {NotFoundError} No such endpoint in the tenant.
 */
export async function changeEndpoint(
  scope: Scope,
  { endpoint: id, url, types, description, enabled }: ChangeEndpoint,
): Promise<Endpoint> {
  const endpoint = await scope.maybeOne(
    sql`
    update bursar.webhook_endpoints
       set url = coalesce(${url ?? null}::text, url),
           types = coalesce(${types ? json([...new Set(types)]) : null}::text::jsonb, types),
           description = case when ${description !== undefined}::boolean then ${description ?? null}::text else description end,
           state = case ${enabled ?? null}::boolean when true then 'enabled' when false then 'disabled' else state end,
           disabled_because = case ${enabled ?? null}::boolean when true then null when false then coalesce(disabled_because, 'asked')
                                   else disabled_because end,
           failing_since = case when ${enabled === true}::boolean then null else failing_since end
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)
    returning *`,
    readEndpoint,
  );
  if (!endpoint) throw new NotFoundError('webhook endpoint', id);
  return endpoint;
}

/**
 * Gives it a new secret. Until `overlap` is over the one before signs as well.
 * @param input.overlap An ISO 8601 duration; `PT0S` for a secret that was betrayed: then an earlier one ends, too.
 * @throws {NotFoundError} No such endpoint in the tenant.
 * @throws {SecretInUseError} An earlier secret still signs; nothing is changed.
 */
export async function rotateSecret(
  scope: Scope,
  { endpoint: id, overlap }: { endpoint: string; overlap: string },
): Promise<{ endpoint: Endpoint; secret: string }> {
  const secret = newSecret();
  const until = addDuration(scope.now, overlap, 1, 'UTC');
  const keeps = until > scope.now;
  const endpoint = await scope.maybeOne(
    sql`
    update bursar.webhook_endpoints
       set secret = ${secret}::text, previous_secret = case when ${keeps}::boolean then secret end,
           previous_until = case when ${keeps}::boolean then ${at(until)}::text::timestamptz end
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)
       and (not ${keeps}::boolean or coalesce(previous_until, '-infinity') <= ${at(scope.now)}::text::timestamptz)
    returning *`,
    readEndpoint,
  );
  if (endpoint) return { endpoint, secret };
  const { previousUntil } = await getEndpoint(scope, id);
  throw new SecretInUseError(id, previousUntil ?? until);
}

/**
 * Removes it, with what was still to be sent to it and its log. The jobs first, as who ends one locks them: the count has them
 * gone before the endpoint is looked for.
 * @throws {NotFoundError} No such endpoint in the tenant.
 */
export async function deleteEndpoint(scope: Scope, id: string): Promise<void> {
  const gone = await scope.maybeOne(
    sql`
    with sent as (
      delete from bursar.jobs
       where tenant_id = ${scope.tenant.id}::int and kind = 'webhook' and lane = ${id}::text
      returning id
    )
    delete from bursar.webhook_endpoints
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text) and (select count(*) from sent) >= 0
    returning id`,
    (row) => text(row.id),
  );
  if (gone === null) throw new NotFoundError('webhook endpoint', id);
}
