/**
 * The verbs, written once: `With` is `{ customer: string }` on the kit and `unknown` on a customer's handle.
 *
 * Inputs are one object each and mirror the body of the route; optional ones take `undefined`.
 */
import type { Keys } from '../catalog/index.ts';
import type { Party, UsedBy } from '../customers/index.ts';
import type { Decision, Denied } from '../entitlements/index.ts';
import type { Page } from '../kernel/index.ts';
import type {
  AddFeature,
  CancelSubscription,
  ChangePlan,
  ChangePreview,
  CreatedSubscription,
  DeleteSubscription,
  FeatureTerms,
  GetSubscription,
  ListSubscriptions,
  PauseSubscription,
  PeriodWithUsage,
  PreviewChange,
  RemoveFeature,
  ResetUsage,
  ResumeSubscription,
  SetQuota,
  Subscription,
  SubscriptionPage,
  SubscriptionPeriods,
  UnpauseSubscription,
} from '../subscriptions/index.ts';
import type { DecisionWithValue, Hold, PlainDecision, Spent } from './answers.ts';
import type { Keyed, NewSubscriptionOf, Perhaps, Reservation, UseOf, Without } from './asked.ts';
import type { OfferVerbs, OrderVerbs } from './order-verbs.ts';
import type { ReferralVerbs } from './referral-verbs.ts';
import type { WalletVerbs } from './wallet-verbs.ts';
import type { WithdrawalVerbs } from './withdrawal-verbs.ts';

export interface SubscriptionVerbs<K extends Keys, With> {
  /** @throws {AlreadySubscribedError} The plan's family is taken. */
  create(input: With & Keyed & NewSubscriptionOf<K>): Promise<CreatedSubscription>;
  get(input: With & Without<GetSubscription, never>): Promise<Subscription>;
  /** The newest that is active; `null` for none. */
  current(input?: With): Promise<Subscription | null>;
  /** Newest first, by any filter. On the kit, of all customers unless one is named. */
  list(input?: Perhaps<With> & Omit<ListSubscriptions, 'customer'>): Promise<SubscriptionPage>;
  cancel(input?: With & Without<CancelSubscription, never>): Promise<Subscription>;
  resume(input?: With & Without<ResumeSubscription, never>): Promise<Subscription>;
  /** What is left of the period and of the trial is kept; nothing can be used until `until`, or `unpause`. */
  pause(input?: With & Without<PauseSubscription, never>): Promise<Subscription>;
  unpause(input?: With & Without<UnpauseSubscription, never>): Promise<Subscription>;
  /** What `change` with the same input would do; its token, handed to `change`, makes sure of it for half an hour. */
  preview(
    input: With & Without<PreviewChange, 'plan'> & { plan: K['plan'] },
  ): Promise<ChangePreview>;
  /** Now, unless `at` says otherwise; what was used stays used. */
  change(input: With & Without<ChangePlan, 'plan'> & { plan: K['plan'] }): Promise<Subscription>;
  /** From now on; a code alone is sold with quota 0. */
  addFeature(
    input: With & Without<AddFeature, 'feature'> & { feature: K['feature'] | FeatureTerms },
  ): Promise<Subscription>;
  /** At once; what was used stays readable. */
  removeFeature(
    input: With & Without<RemoveFeature, 'feature'> & { feature: K['feature'] },
  ): Promise<Subscription>;
  /** From now on; what was used stays used, also beyond the new quota. */
  setQuota(
    input: With & Without<SetQuota, 'feature'> & { feature: K['metered'] | K['gauge'] },
  ): Promise<Subscription>;
  /** What was used of a metered feature in its window counts for nothing: its whole quota is there again. */
  reset(
    input: With & Without<ResetUsage, 'feature'> & { feature: K['metered'] },
  ): Promise<Subscription>;
  /** Hides it everywhere, and gives nothing any more; `restore` brings it back as it was, `purge` removes it for good. */
  delete(input: With & Without<DeleteSubscription, never>): Promise<Subscription>;
  restore(input: With & Without<DeleteSubscription, never>): Promise<Subscription>;
  purge(input: With & Without<DeleteSubscription, never>): Promise<Subscription>;
  /** The first one first; with `usage`, what was granted and used in each. */
  periods(input: With & Without<SubscriptionPeriods, never>): Promise<Page<PeriodWithUsage>>;
}

export interface EntitlementVerbs<K extends Keys, With> extends MeteringVerbs<K, With> {
  /** States this member's part of a gauge; 0 frees it, the same again changes nothing. */
  set(
    input: With & { feature: K['gauge']; amount: number; usedBy?: UsedBy | undefined },
  ): Promise<Decision>;
  /** Every feature of the catalogue, decided. */
  list(input?: With): Promise<readonly Decision[]>;
  usage(
    input: With & {
      feature: K['metered'] | K['gauge'];
      by?: 'usedBy' | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    },
  ): Promise<Page<{ usedBy: Party; used: number }>>;
}

export interface MeteringVerbs<K extends Keys, With> {
  /** Never throws for "no", and writes nothing. */
  check<F extends K['feature']>(
    input: With & {
      feature: F;
      amount?: number | undefined;
      usedBy?: UsedBy | undefined;
      value?: unknown;
      sources?: boolean | undefined;
    },
  ): Promise<F extends keyof K['config'] ? DecisionWithValue<K['config'][F]> : PlainDecision>;
  /** @throws {DeniedError} With the decision. */
  consume(input: With & Keyed & UseOf<K>): Promise<Spent>;
  /** Throws for bad input and conflicts only. */
  tryConsume(input: With & Keyed & UseOf<K>): Promise<Spent | Denied>;
  /**
   * With `of`, all that is left of that spend unless `amount` says less; without, the party's newest uses, 1 unless said.
   * @throws {InvalidStateError} More than was used.
   */
  giveBack(
    input: With &
      Keyed & { amount?: number | undefined; usedBy?: UsedBy | undefined } & (
        | { feature: K['metered'] | K['gauge']; of?: string | undefined }
        | { feature?: undefined; of: string }
      ),
  ): Promise<Decision>;
}

export interface Verbs<K extends Keys, With> extends MeteringVerbs<K, With> {
  /** `subscriptions.create`. */
  subscribe(input: With & Keyed & NewSubscriptionOf<K>): Promise<CreatedSubscription>;
  hold(input: With & Reservation<K>): Promise<Hold>;
  /** Holds, works, and captures all of it, unless `work` captured or released; a throw releases what is left. */
  withHold<T>(input: With & Reservation<K>, work: (hold: Hold) => Promise<T>): Promise<T>;
  readonly subscriptions: SubscriptionVerbs<K, With>;
  readonly entitlements: EntitlementVerbs<K, With>;
  readonly wallet: WalletVerbs<K, With>;
  readonly offers: OfferVerbs<With>;
  readonly orders: OrderVerbs<K, With>;
  readonly referrals: ReferralVerbs<With>;
  readonly withdrawals: WithdrawalVerbs<K, With>;
}
