/**
 * The verbs, written once: `With` is `{ customer: string }` on the kit and `unknown` on a customer's handle.
 *
 * Inputs are one object each and mirror the body of the route; optional ones take `undefined`.
 */
import type { Duration, Keys } from '../catalog/index.ts';
import type { Party, UsedBy } from '../customers/index.ts';
import type { Allowed, Decision, Denied } from '../entitlements/index.ts';
import type { Captured, Figures, Projected, StatementLine, Verdict } from '../ledger/index.ts';
import type { Page } from '../kernel/index.ts';
import type {
  CancelSubscription,
  CreatedSubscription,
  GetSubscription,
  Instant,
  ListSubscriptions,
  NewSubscription,
  ResumeSubscription,
  Subscription,
  SubscriptionPeriod,
  SubscriptionPeriods,
} from '../subscriptions/index.ts';

export type { Instant, Page, Party, UsedBy };

/** Same key and same request: the first answer again. 1 to 255 characters. */
export interface Keyed {
  idempotencyKey?: string | undefined;
}

type Without<T, K extends string> = Omit<T, K | 'customer'>;

/** As `NewSubscription`, with the plan's key checked. */
export type NewSubscriptionOf<K extends Keys> = Without<NewSubscription, 'plan'> & {
  plan?: K['plan'] | undefined;
};

export type UseOf<K extends Keys> = {
  feature: K['metered'] | K['gauge'];
  /** In uses; 1 unless said. */
  amount?: number | undefined;
  usedBy?: UsedBy | undefined;
  from?: 'quota' | 'credits' | 'both' | undefined;
};

/** What a spend answers: allowed, and the movement's name. */
export type Spent = Allowed & { readonly transferId: string };
export type DecisionWithValue<V> = (Allowed & { readonly value: V }) | (Denied & { readonly value?: V });

/** An amount with all that is needed to show it. */
export type Money = { readonly amount: number; readonly unit: string; readonly scale: number; readonly formatted: string };

/** One balance; `formatted` is what is available. */
export type Balance = {
  readonly unit: string;
  readonly scale: number;
  readonly settled: number;
  readonly held: number;
  /** `null` when unlimited. */
  readonly available: number | null;
  readonly formatted: string | null;
};

export type Reservation<K extends Keys> = Keyed & {
  amount: number;
  /** ISO 8601; as the setting `holds.ttl` says, P7D, unless given. */
  expiresIn?: Duration | undefined;
  usedBy?: UsedBy | undefined;
  reference?: { type: string; id: string } | undefined;
} & ({ feature: K['metered']; unit?: never } | { unit: K['unit']; feature?: never });

/** Units set aside until they are captured, released, or the time is over. */
export interface Hold {
  readonly id: string;
  readonly amount: number;
  readonly expiresAt: Date;
  readonly replayed: boolean;
  /** More than is held: takes the hold and spends the rest as far as it goes. Never throws for "too much"; 0 releases. */
  capture(amount?: number, options?: { final?: boolean }): Promise<{ captured: number; shortfall: number }>;
  release(): Promise<void>;
  extend(until: Duration | Instant): Promise<void>;
}

export interface CustomerProfile {
  readonly id: string;
  readonly kind: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly locale: string | null;
  readonly timeZone: string;
  readonly createdAt: Date;
}

export type State = {
  /** `null` for a customer no command has named. */
  readonly customer: CustomerProfile | null;
  readonly subscriptions: readonly Subscription[];
  readonly entitlements: readonly Decision[];
  readonly balances: readonly Balance[];
};

export interface SubscriptionVerbs<K extends Keys, With> {
  /** @throws {AlreadySubscribedError} The plan's family is taken. */
  create(input: With & Keyed & NewSubscriptionOf<K>): Promise<CreatedSubscription>;
  get(input: With & Without<GetSubscription, never>): Promise<Subscription>;
  /** The newest that is active; `null` for none. */
  current(input?: With): Promise<Subscription | null>;
  list(input?: With & Without<ListSubscriptions, never>): Promise<Page<Subscription>>;
  cancel(input?: With & Without<CancelSubscription, never>): Promise<Subscription>;
  resume(input?: With & Without<ResumeSubscription, never>): Promise<Subscription>;
  periods(input: With & Without<SubscriptionPeriods, never>): Promise<Page<SubscriptionPeriod>>;
}

export interface EntitlementVerbs<K extends Keys, With> extends MeteringVerbs<K, With> {
  /** States this member's part of a gauge; 0 frees it, the same again changes nothing. */
  set(input: With & { feature: K['gauge']; amount: number; usedBy?: UsedBy | undefined }): Promise<Decision>;
  /** Every feature of the catalogue, decided. */
  list(input?: With): Promise<readonly Decision[]>;
  usage(
    input: With & { feature: K['metered'] | K['gauge']; by?: 'usedBy' | undefined; limit?: number | undefined; cursor?: string | undefined },
  ): Promise<Page<{ usedBy: Party; used: number }>>;
}

export interface MeteringVerbs<K extends Keys, With> {
  /** Never throws for "no", and writes nothing. */
  check<F extends K['feature']>(
    input: With & { feature: F; amount?: number | undefined; usedBy?: UsedBy | undefined; value?: unknown; sources?: boolean | undefined },
  ): Promise<F extends keyof K['config'] ? DecisionWithValue<K['config'][F]> : Decision>;
  /** @throws {DeniedError} With the decision. */
  consume(input: With & Keyed & UseOf<K>): Promise<Spent>;
  /** Throws for bad input and conflicts only. */
  tryConsume(input: With & Keyed & UseOf<K>): Promise<Spent | Denied>;
  giveBack(
    input: With &
      Keyed & {
        feature: K['metered'] | K['gauge'];
        of?: string | undefined;
        amount?: number | undefined;
        usedBy?: UsedBy | undefined;
      },
  ): Promise<Decision>;
}

type Reference = { type: string; id: string };

export interface WalletVerbs<K extends Keys, With> {
  balance(input: With & { unit: K['unit'] }): Promise<Balance>;
  /** One per unit of the catalogue that is no feature. */
  balances(input?: With): Promise<readonly Balance[]>;
  credit(
    input: With &
      Keyed & {
        unit: K['unit'];
        amount: number;
        /** `top_up` unless said. */
        source?: 'top_up' | 'promotion' | 'reward' | 'refund' | 'adjustment' | 'order' | undefined;
        reference?: Reference | undefined;
        expiresAt?: Instant | undefined;
        effectiveAt?: Instant | undefined;
        notBeforeStart?: boolean | undefined;
        priority?: number | undefined;
      },
  ): Promise<Balance & Moved>;
  /** @throws {InsufficientBalanceError} Less is available; nothing is written. */
  debit(
    input: With & Keyed & { unit: K['unit']; amount: number; reference?: Reference | undefined; usedBy?: UsedBy | undefined },
  ): Promise<Balance & Moved>;
  transfer(
    input: With & Keyed & { to: string; unit: K['unit']; amount: number; reference?: Reference | undefined },
  ): Promise<Balance & Moved>;
  /** @throws {InsufficientBalanceError} Less is available. @throws {DeniedError} For a feature. */
  hold(input: With & Reservation<K>): Promise<Hold>;
  capture(input: WithMaybe<With> & Keyed & { hold: string; amount?: number | undefined; final?: boolean | undefined }): Promise<Captured>;
  release(input: WithMaybe<With> & { hold: string }): Promise<{ released: number }>;
  extend(input: WithMaybe<With> & { hold: string; until: Duration | Instant }): Promise<void>;
  statement(
    input: With & {
      unit: K['unit'];
      kind?: StatementLine['kind'] | undefined;
      referenceType?: string | undefined;
      from?: Instant | undefined;
      to?: Instant | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    },
  ): Promise<Page<StatementLine>>;
  /** Open grants in the order they are spent. */
  grants(input: With & { unit: K['unit'] }): Promise<Projected['grants']>;
  setLimits(
    input: With & { unit: K['unit']; floor?: number | null | undefined; ceiling?: number | null | undefined; inherit?: boolean | undefined },
  ): Promise<Balance>;
}

/** A hold names its customer by itself. */
type WithMaybe<With> = Partial<With>;
/** The entry a movement made; `null` for a grant that waits for its start. */
export type Moved = { readonly transferId: string | null; readonly replayed: boolean };

export interface Verbs<K extends Keys, With> extends MeteringVerbs<K, With> {
  /** `subscriptions.create`. */
  subscribe(input: With & Keyed & NewSubscriptionOf<K>): Promise<CreatedSubscription>;
  hold(input: With & Reservation<K>): Promise<Hold>;
  /** Holds, works, and captures all of it, unless `work` captured or released; a throw releases what is left. */
  withHold<T>(input: With & Reservation<K>, work: (hold: Hold) => Promise<T>): Promise<T>;
  readonly subscriptions: SubscriptionVerbs<K, With>;
  readonly entitlements: EntitlementVerbs<K, With>;
  readonly wallet: WalletVerbs<K, With>;
}

export type { Figures, Verdict };
