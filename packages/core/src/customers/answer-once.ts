/**
 * Idempotency of commands that write no ledger entry: the first answer is kept under the key and given again.
 *
 * The key is locked before anything else and its row is written last, so that a refusal leaves nothing behind
 * and the same key may try again.
 */
import {
  at,
  document,
  IdempotencyConflictError,
  json,
  requestHash,
  type Scope,
  sql,
  text,
  ValidationError,
} from '../kernel/index.ts';

export type Keyed = {
  readonly verb: string;
  /** The acting customer; 0 for none. */
  readonly customerId: number;
  /** 1 to 255 characters; without one, the work is simply done. */
  readonly key: string | undefined;
  /** What makes two requests the same. */
  readonly request: unknown;
};

/**
 * Does `work` once per key. Its answer must survive JSON.
 *
 * @throws {IdempotencyConflictError} The key holds another request; the first one stands.
 * @throws {ValidationError} The key is empty or longer than 255 characters.
 */
export async function answerOnce<T>(
  scope: Scope,
  { verb, customerId, key, request }: Keyed,
  work: (scope: Scope) => Promise<T>,
): Promise<{ answer: T; replayed: boolean }> {
  if (key === undefined) return { answer: await scope.transaction(work), replayed: false };
  if (typeof key !== 'string' || key.length < 1 || key.length > 255) {
    throw new ValidationError([
      { pointer: '/idempotencyKey', detail: 'must have 1 to 255 characters' },
    ]);
  }
  const hash = requestHash({ verb, request });
  return scope.transaction(async (inner) => {
    const lock = requestHash([inner.tenant.key, customerId, verb, key]);
    await inner.run(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
    const earlier = await inner.maybeOne(
      sql`
      select request_hash::text as request_hash, answer from bursar.commands
       where (tenant_id, scope, verb, key) = (${inner.tenant.id}::int, ${customerId}::bigint, ${verb}::text, ${key}::text)`,
      (row) => ({
        hash: BigInt(text(row.request_hash)),
        answer: document<{ value: T }>(row.answer).value,
      }),
    );
    if (earlier) {
      if (earlier.hash !== hash) throw new IdempotencyConflictError(key);
      return { answer: earlier.answer, replayed: true };
    }
    const answer = await work(inner);
    await inner.run(sql`
      insert into bursar.commands (tenant_id, scope, verb, key, request_hash, answer, created_at)
      values (${inner.tenant.id}::int, ${customerId}::bigint, ${verb}::text, ${key}::text, ${hash}::bigint,
              ${json({ value: answer })}::text::jsonb, ${at(inner.now)}::text::timestamptz)`);
    return { answer, replayed: false };
  });
}
