/**
 * What a customer is entitled to at a moment, before the ledger is asked what is left: every feature that a valid
 * subscription or a default plan carries, and why others are denied for now.
 */
import type { CustomerRow } from '../customers/index.ts';
import { at as bound, type Scope, sql } from '../kernel/index.ts';
import { strangerAt } from '../ledger/index.ts';
import { defaultSources } from './defaults.ts';
import type { FrozenItem } from './items.ts';
import { NON_PAYMENT } from './payments.ts';
import { turnsOf } from './plan-change.ts';
import { selectSubscriptions } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { earliest, type Source, sourceOf } from './sources.ts';
import { endAt, stateAt } from './state.ts';

/** One carried feature from one source. */
export type Right = FrozenItem & {
  readonly source: {
    readonly kind: 'subscription' | 'default';
    readonly subscription: string | null;
    readonly plan: string | null;
  };
  /** When the source ends, as set now. */
  readonly endsAt: Date | null;
  readonly startedAt: Date;
};

export type Rights = {
  /** The newest subscription first, defaults last. */
  readonly items: readonly Right[];
  /** Features that nothing gives now, though a subscription carries or carried them. */
  readonly denied: ReadonlyMap<string, 'paused' | 'past_due'>;
  /** A subscription runs, valid or not; the default plan is none. */
  readonly hasSubscription: boolean;
  /** A subscription runs that is not paused. */
  readonly hasValid: boolean;
  /** The next instant at which any of this changes by time alone; `null` for never. */
  readonly nextChangeAt: Date | null;
};

/** Subscriptions of one customer that are looked at for a decision. */
const consideredMax = 1000;

/**
 * The rights of a customer at `now`. Reads only.
 * @param customer `null` for one nobody has seen: the default plans, as if made now.
 */
export async function rightsAt(
  scope: Scope,
  customer: CustomerRow | null,
  now: Date,
): Promise<Rights> {
  const who = customer ?? { ...strangerAt(scope, ''), createdAt: now };
  const rows = who.id === 0 ? [] : await considered(scope, who.id, now);
  const defaults = await defaultSources(scope, { customer: who, rows, at: now });
  const running = rows.flatMap((row) => sourceOf(row, now) ?? []);
  const valid = [...running.filter((source) => !source.suspended), ...defaults.sources];
  const items = valid.flatMap((source) => source.items.map((item) => rightOf(source, item)));
  return {
    items,
    denied: deniedOf({ items, rows, now }),
    hasSubscription: running.length > 0,
    hasValid: running.some((source) => !source.suspended),
    nextChangeAt: earliest([defaults.nextVersionAt, ...rows.flatMap((row) => turnsOf(row, now))]),
  };
}

/** Those that may run, and those that ended because nobody paid. */
function considered(scope: Scope, customerId: number, now: Date): Promise<SubscriptionRow[]> {
  const where = sql`subscription.customer_id = ${customerId}::bigint
       and (subscription.ends_at is null or subscription.ends_at > ${bound(now)}::text::timestamptz
            or subscription.cancel_reason = ${NON_PAYMENT}::text)`;
  return selectSubscriptions(scope, { where, limit: consideredMax, asOf: now });
}

function rightOf(source: Source, item: FrozenItem): Right {
  const { kind, subscription, plan, endsAt, startsAt } = source;
  return { ...item, source: { kind, subscription, plan }, endsAt, startedAt: startsAt };
}

function deniedOf({
  items,
  rows,
  now,
}: {
  items: readonly Right[];
  rows: readonly SubscriptionRow[];
  now: Date;
}): Map<string, 'paused' | 'past_due'> {
  const given = new Set(items.map((item) => item.feature));
  const denied = new Map<string, 'paused' | 'past_due'>();
  for (const row of rows) {
    const reason = reasonOf(row, now);
    if (reason === null) continue;
    for (const { feature } of row.items) {
      if (!given.has(feature) && !denied.has(feature)) denied.set(feature, reason);
    }
  }
  return denied;
}

function reasonOf(row: SubscriptionRow, now: Date): 'paused' | 'past_due' | null {
  const state = stateAt(row, now);
  if (state.active) return state.paused ? 'paused' : null;
  if (!state.ended) return null;
  const unpaid =
    row.cancelReason === NON_PAYMENT || endAt(row, now)?.getTime() !== row.endsAt?.getTime();
  return unpaid ? 'past_due' : null;
}
