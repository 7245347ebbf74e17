/**
 * The hash that tells whether a key came with the same request again.
 *
 * It is taken over canonical JSON, so that neither the order of keys nor absent options matter.
 */
import { createHash } from 'node:crypto';

/**
 * The first 64 bits of SHA-256 over the canonical JSON of `value`, as PostgreSQL's bigint holds them.
 * Keys of `undefined` count as absent; instants are their ISO text.
 */
export function requestHash(value: unknown): bigint {
  return createHash('sha256').update(canonicalJson(value)).digest().readBigInt64BE(0);
}

/** SHA-256 over the canonical JSON of `value`, in hex. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** JSON with the keys of every object in order. */
export function canonicalJson(value: unknown): string {
  return written(value) ?? 'null';
}

/** `undefined` for what JSON leaves out of an object. */
function written(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return written(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((one) => written(one) ?? 'null').join(',')}]`;
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const field = written(value[key as never]);
    if (field !== undefined) fields += `${fields && ','}${JSON.stringify(key)}:${field}`;
  }
  return `{${fields}}`;
}
