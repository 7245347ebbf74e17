/**
 * The one table from code to kind to status.
 *
 * A code is a promise to hosts, the same word as a decision's reason where there is one; a message is not.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'insufficient'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'exhausted'
  | 'gateway'
  | 'unavailable';

/** The HTTP status of each kind. Malformed, too large and unknown media types have their own (400, 413, 415). */
export const statusOfKind = {
  invalid: 422,
  unauthenticated: 401,
  insufficient: 402,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  exhausted: 429,
  gateway: 502,
  unavailable: 503,
} as const satisfies Record<ErrorKind, number>;

/** Every code the kit throws, and its kind. */
export const kindOfCode = {
  unauthenticated: 'unauthenticated',
  insufficient_balance: 'insufficient',
  past_due: 'insufficient',
  customer_owes: 'insufficient',
  forbidden: 'forbidden',
  no_subscription: 'forbidden',
  feature_not_in_plan: 'forbidden',
  paused: 'forbidden',
  customer_frozen: 'forbidden',
  offer_locked: 'forbidden',
  withdrawals_disabled: 'forbidden',
  self_approval: 'forbidden',
  value_mismatch: 'forbidden',
  customer_unknown: 'missing',
  feature_unknown: 'missing',
  unit_unknown: 'missing',
  plan_unknown: 'missing',
  offer_unknown: 'missing',
  not_found: 'missing',
  already_exists: 'conflict',
  already_referred: 'conflict',
  already_subscribed: 'conflict',
  already_spent: 'conflict',
  already_paid: 'conflict',
  duplicate_payment: 'conflict',
  checkout_open: 'conflict',
  not_reversible: 'conflict',
  quantity_limit: 'conflict',
  referral_cycle: 'conflict',
  trial_used: 'conflict',
  idempotency_conflict: 'conflict',
  invalid_state: 'conflict',
  hold_closed: 'conflict',
  hold_expired: 'conflict',
  limit_exceeded: 'conflict',
  in_use: 'conflict',
  cooling_off: 'conflict',
  preview_stale: 'conflict',
  ambiguous_subscription: 'conflict',
  invalid_amount: 'invalid',
  wrong_kind: 'invalid',
  validation: 'invalid',
  cursor: 'invalid',
  below_minimum: 'invalid',
  self_referral: 'invalid',
  start_in_past: 'invalid',
  malformed: 'invalid',
  too_large: 'invalid',
  unsupported_media_type: 'invalid',
  catalog: 'invalid',
  configuration: 'invalid',
  quota_exceeded: 'exhausted',
  throttled: 'exhausted',
  webhook_signature: 'invalid',
  gateway_error: 'gateway',
  gateway_authorization: 'gateway',
  gateway_duplicate: 'gateway',
  gateway_validation: 'gateway',
  rate_missing: 'unavailable',
  overload: 'unavailable',
  database: 'unavailable',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kindOfCode;

const statusOfCode: Partial<Record<ErrorCode, number>> = {
  malformed: 400,
  webhook_signature: 400,
  too_large: 413,
  unsupported_media_type: 415,
  // Whoever asks has done nothing wrong, and the host's log must have it.
  configuration: 500,
};

/** The HTTP status a code answers with unless a registration says otherwise. */
export function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfKind[kindOfCode[code]];
}
