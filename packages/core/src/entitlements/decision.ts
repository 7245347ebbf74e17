/**
 * The answer to "may they?": one shape for check, consume, guards and routes, and the closed list of why not.
 */

/** Why not. The matching error's `code` is the same word. */
export type Reason =
  | 'customer_frozen'
  | 'feature_unknown'
  | 'no_subscription'
  | 'feature_not_in_plan'
  | 'paused'
  | 'past_due'
  | 'quota_exceeded'
  | 'insufficient_balance'
  | 'limit_exceeded'
  | 'value_mismatch'
  | 'wrong_kind';

/** One giver of units: a plan's quota in a period, or a grant. */
export type Source = {
  /** `plan`, `top_up`, `rollover` and so on. */
  readonly kind: string;
  readonly reference: string;
  /** `null` when unlimited. */
  readonly granted: number | null;
  readonly used: number;
  readonly available: number | null;
  readonly endsAt: Date | null;
};

/** The figures of a decision. Of boolean and config features the amounts are 0 and unlimited. */
export type Facts = {
  readonly feature?: string;
  readonly unit?: string;
  /** What was asked for; 0 for a peek. */
  readonly requested: number;
  /** `null` when unlimited. */
  readonly granted: number | null;
  readonly used: number;
  readonly held: number;
  /** `null` when unlimited. */
  readonly available: number | null;
  readonly overage: number;
  readonly limit: 'hard' | 'soft' | 'none';
  /** When more comes by time alone; `null` for never. */
  readonly resetsAt: Date | null;
  /** Of a config feature. */
  readonly value?: unknown;
  /** True when an earlier request under the same key was answered. */
  readonly replayed: boolean;
  /** The movement's name, once something was taken. */
  readonly transferId?: string;
  /** When asked for. */
  readonly sources?: readonly Source[];
};

export type Allowed = Facts & { readonly allowed: true; readonly reason: null };
export type Denied = Facts & { readonly allowed: false; readonly reason: Reason };
export type Decision = Allowed | Denied;
