/**
 * Interrupting a subscription, and going on with it.
 *
 * While paused nothing of it can be used and no period begins. What was left of the interrupted period and of the trial is
 * kept: both end later by the length of the pause, and the periods after count from there (SPEC 4.12, 4.13).
 */
import { at, FOREVER, json, type Scope, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { announceUpdate, reread } from '../announce-change.ts';
import type { Shift } from '../calendar.ts';
import { rebalanced } from '../change.ts';
import { commandOn } from '../command.ts';
import { fault, type Instant, readInstant } from '../input.ts';
import { announcePassed } from '../lifecycle-marks.ts';
import { nextBoundary } from '../periods.ts';
import { scheduledAt } from '../plan-change.ts';
import type { SubscriptionRow } from '../rows.ts';
import { stateAt } from '../state.ts';
import type { Subscription } from '../subscription.ts';
import { readTarget, type Target } from '../target-input.ts';

export type PauseSubscription = Target & {
  /** `now` unless said; `boundary` (also `period_end`) lets the period run out first. */
  at?: 'now' | 'boundary' | 'period_end' | undefined;
  /** When it goes on by itself; left out, until `unpause`. */
  until?: Instant | undefined;
};

export type UnpauseSubscription = Target & {
  /** `now` unless said. */
  at?: 'now' | Instant | undefined;
};

/**
 * Pauses it, or plans to, and announces `subscription.updated`, and `.paused` once it begins. A pause that was planned and has not begun is
 * replaced. Balances follow in the same transaction.
 *
 * @throws {InvalidStateError} It is neither recurring nor on trial, or it is canceled, or paused already.
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {ValidationError} It would return before it begins.
 */
export async function pauseSubscription(
  scope: Scope,
  input: PauseSubscription,
): Promise<Subscription> {
  readTarget(input, ['at', 'until']);
  const atBoundary = readPauseAt(input.at);
  const until = input.until === undefined ? null : readInstant(input.until, '/until');
  const facts = { at: input.at ?? 'now', until: until?.toISOString() ?? null };
  return commandOn(scope, { verb: 'pause', input, facts }, async (inner, { customer, row }) => {
    refuseUnpausable(row, inner.now);
    const from = atBoundary ? (nextBoundary(row, inner.now) ?? inner.now) : inner.now;
    if (until !== null && until <= from)
      throw fault('/until', `must be later than ${from.toISOString()}, when the pause begins`);
    return rebalanced(inner, { customer, items: row.items }, () =>
      storePause(inner, row, { pausedAt: from, resumesAt: until }),
    );
  });
}

/**
 * Ends a pause now or at a moment to come, or takes back one that has not begun, and announces `subscription.updated`, and with the
 * return `.unpaused` and `.reanchored`. Without a pause it has no effect.
 *
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {ValidationError} The moment is past.
 */
export async function unpauseSubscription(
  scope: Scope,
  input: UnpauseSubscription,
): Promise<Subscription> {
  readTarget(input, ['at']);
  const when = input.at === undefined || input.at === 'now' ? null : readInstant(input.at, '/at');
  const facts = { at: when?.toISOString() ?? 'now' };
  return commandOn(scope, { verb: 'unpause', input, facts }, async (inner, { customer, row }) => {
    const { pausedAt } = row;
    const state = stateAt(row, inner.now);
    const isPlanned = pausedAt !== null && pausedAt > inner.now;
    if (state.ended || pausedAt === null || !(state.paused || isPlanned)) return row;
    const earliest = isPlanned ? pausedAt : inner.now;
    if (when !== null && when <= earliest)
      throw fault('/at', `must be later than ${earliest.toISOString()}`);
    const isTakenBack = isPlanned && when === null;
    const stored = isTakenBack
      ? { pausedAt: null, resumesAt: null }
      : { pausedAt, resumesAt: when ?? inner.now };
    return rebalanced(inner, { customer, items: row.items }, () => storePause(inner, row, stored));
  });
}

function readPauseAt(at: PauseSubscription['at']): boolean {
  if (at === undefined || at === 'now') return false;
  if (at === 'boundary' || at === 'period_end') return true;
  throw fault('/at', 'must be now, boundary or period_end');
}

function refuseUnpausable(row: SubscriptionRow, now: Date): void {
  const state = stateAt(row, now);
  if (state.paused) throw new InvalidStateError(`${row.id} is paused already.`);
  if (state.canceled) throw new InvalidStateError(`${row.id} is canceled: resume it first.`);
  if (!state.recurring && !state.onTrial)
    throw new InvalidStateError(`${row.id} is ${state.status}, without periods to interrupt.`);
}

/** A pause that is over is kept among what has moved the boundaries, so that the next finds its place. */
async function storePause(
  scope: Scope,
  row: SubscriptionRow,
  pause: { pausedAt: Date | null; resumesAt: Date | null },
): Promise<SubscriptionRow> {
  const { pausedAt, resumesAt } = row;
  const isOver = pausedAt !== null && resumesAt !== null && resumesAt <= scope.now;
  const over: Shift[] =
    isOver && pausedAt.getTime() !== pause.pausedAt?.getTime()
      ? [{ kind: 'pause', at: pausedAt, until: resumesAt }]
      : [];
  const paused = { ...row, ...pause, shifts: [...row.shifts, ...over] };
  const changesAt = row.scheduled && (scheduledAt(paused) ?? FOREVER);
  await scope.run(sql`
    update bursar.subscriptions
       set paused_at = ${at(pause.pausedAt)}::text::timestamptz, resumes_at = ${at(pause.resumesAt)}::text::timestamptz,
           shifts = shifts || ${json(over)}::text::jsonb, scheduled_at = ${at(changesAt)}::text::timestamptz,
           due_at = '-infinity', revision = revision + 1,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  const stored = await reread(scope, row.id);
  await announceUpdate(scope, row, stored);
  await announcePassed(scope, stored);
  return stored;
}
