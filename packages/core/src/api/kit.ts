/** What `createBursar` gives: the kit, its customers' handles, and what they have beside the verbs. */
import type { AuditPage, ListAudit } from '../audit/index.ts';
import type { AnyKeys, Duration, FindOffers, Keys, PublishedOffer } from '../catalog/index.ts';
import type { HostTransaction, QueryClient } from '../kernel/index.ts';
import type { Explained, Stood, Verdict, Verify } from '../ledger/index.ts';
import type { Instant, PublishedPlan } from '../subscriptions/index.ts';
import type { CustomerProfile, State } from './answers.ts';
import type { JobVerbs } from './bind-jobs.ts';
import type { CustomersVerbs } from './customers-verbs.ts';
import type { Events, Told } from './event-verbs.ts';
import type { ImportSummary, NewImport } from './import-verbs.ts';
import type { InsightVerbs } from './insight-verbs.ts';
import type { PaymentVerbs } from './order-verbs.ts';
import type { RateVerbs } from './rate-verbs.ts';
import type { ReferralVerbs, RewardingVerbs } from './referral-verbs.ts';
import type { Registered } from './register.ts';
import type { SettingVerbs } from './setting-verbs.ts';
import type { Verbs } from './verbs.ts';
import type { WalletVerbs } from './wallet-verbs.ts';
import type { WebhookVerbs } from './webhook-verbs.ts';
import type { WithdrawalReviewVerbs, WithdrawalVerbs } from './withdrawal-verbs.ts';

/** An open transaction of the host's. */
export type Transaction = HostTransaction;
/**
 * What `transaction` hands to its work: the kind of transaction the given database has; for a URL the shape of pg's
 * clients.
 */
export type TransactionOf<D> = D extends {
  // biome-ignore lint/suspicious/noExplicitAny: inference over any database handle
  transaction(work: (tx: infer T) => Promise<any>, ...rest: any[]): any;
}
  ? T
  : // biome-ignore lint/suspicious/noExplicitAny: as postgres.js types it
    D extends { begin(options: string, work: (tx: infer T) => any): any }
    ? T
    : QueryClient;

export interface CustomerHandle<K extends Keys = Registered> extends Verbs<K, unknown> {
  readonly id: string;
  state(): Promise<State>;
  /**
   * Changes what customers may change of themselves (the option `customers.selfService`); all else in it is ignored.
   * @throws {ValidationError} One of those fields is wrong: none is changed.
   */
  updateProfile(said: Readonly<Record<string, unknown>>): Promise<CustomerProfile>;
}

export interface Kit<K extends Keys = Registered, Tx = QueryClient>
  extends Verbs<K, { customer: string }> {
  /** One call for a billing page. */
  state(customer: string): Promise<State>;
  /** The same verbs with the customer filled in. */
  customer(id: string): CustomerHandle<K>;
  /** The same kit, another tenant. */
  tenant(id: string): Kit<K, Tx>;
  /**
   * The same kit, inside the caller's open transaction, which alone commits. A refusal leaves it usable; above READ
   * COMMITTED a serialisation failure is the host's. Listeners hear once it is over. Spend late in your transaction:
   * others wait for a balance that it has touched. On the embedded database `await ready()` first.
   */
  using(tx: Transaction): Kit<K, Tx>;
  readonly wallet: WalletVerbs<K, { customer: string }> & {
    /**
     * Credits many customers, from a list or a stream. A line that is refused stops no other; one that was credited before
     * under the same key is not credited again, so an import that was cut off is simply sent anew.
     * @throws {ValidationError} The key or the list. @throws {DatabaseError} What was committed before stays.
     */
    import(input: NewImport): Promise<ImportSummary>;
  };
  readonly referrals: ReferralVerbs<{ customer: string }> & RewardingVerbs;
  readonly withdrawals: WithdrawalVerbs<K, { customer: string }> & WithdrawalReviewVerbs;
  readonly customers: CustomersVerbs;
  readonly catalog: {
    plans(input?: { selfService?: boolean | undefined }): Promise<readonly PublishedPlan[]>;
    /** All of them that meet the filters, also what a customer cannot buy yet; `offers.list` is what one may see. */
    offers(input?: FindOffers): Promise<readonly PublishedOffer[]>;
  };
  readonly ledger: {
    /**
     * Recomputes the books and names the first row that is wrong, of each kind. Reads only, but for the mark it is asked to
     * keep. `incremental` checks what was written to since the mark; a full one still finds what that cannot.
     */
    verify(input?: Verify): Promise<Verdict>;
    /** Where a balance comes from: sums that add up to it, open grants in burn order, holds, and who paid for each use. */
    explain(input: {
      customer: string;
      unit: K['unit'];
      limit?: number | undefined;
      cursor?: string | undefined;
    }): Promise<Explained>;
    /** The figures after all entries up to and including an instant. */
    balanceAt(input: { customer: string; unit: K['unit']; at: Instant }): Promise<Stood>;
  };
  readonly audit: {
    /** What was changed with a `reason`, newest first: by whom, of whose, and why. */
    list(input?: ListAudit): Promise<AuditPage>;
  };
  /** Work that is done later: queued changes, webhooks. */
  /** What gateways tell. */
  readonly payments: PaymentVerbs;
  readonly jobs: JobVerbs;
  /** Where this tenant's events are sent. */
  readonly webhooks: WebhookVerbs;
  readonly rates: RateVerbs<K>;
  /** What was told in this tenant, and what its consumers could not take. */
  readonly events: Told;
  readonly insights: InsightVerbs;
  readonly settings: SettingVerbs;
}

export type Readiness =
  | { readonly ready: true }
  /** `migrations`: the schema is not what this version knows; `late`: no answer in time, perhaps since it migrates. */
  | { readonly ready: false; readonly reason: 'database' | 'migrations' | 'late' };

export interface Health {
  /** As long as the process answers: to start it again would help no database. */
  live(): { readonly live: true };
  /** Whether the database is migrated and answers in time, 2,000 unless said. Never rejects; opens what is not open yet. */
  ready(input?: { withinMilliseconds?: number | undefined }): Promise<Readiness>;
}

export interface Bursar<K extends Keys = Registered, Tx = QueryClient> extends Kit<K, Tx> {
  /** For `/livez` and `/readyz` on a server of any kind; both adapters have handlers of these names. */
  readonly health: Health;
  /** Runs `work` in one transaction, whose handle is of the kind of the database that was given. */
  transaction<T>(work: (kit: Kit<K, Tx>, tx: Tx) => Promise<T>): Promise<T>;
  readonly events: Events<Tx, Kit<K, Tx>>;
  /** Connects and migrates. */
  ready(): Promise<void>;
  /** `ready`, and the worker, which calls `runDue` every second unless the option `worker` is false. */
  start(): Promise<void>;
  /**
   * Does what time has made due, for all tenants and in its order: announces trial ends, renewals and ends, books what has
   * expired or refilled. Each thing once, however often and in how many processes it is called; rights never wait for it.
   * @returns How many things were done.
   */
  runDue(): Promise<{ done: number }>;
  /** Waits for what the worker is in the middle of. Safe to call twice. */
  close(): Promise<void>;
}

/** Only a kit with a test clock has these. Both stop at every instant on the way and do what is due there. */
export interface TestTools {
  advance(by: Duration): Promise<void>;
  advanceTo(at: Instant): Promise<void>;
}

declare module '../http/route.ts' {
  interface RouteKit extends Kit<AnyKeys, unknown> {}
  interface RouteCustomer extends CustomerHandle<AnyKeys> {}
}
