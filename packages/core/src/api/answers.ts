/** What the verbs answer, where no slice below says it already. */
import type { Duration } from '../catalog/index.ts';
import type { Addresses } from '../customers/index.ts';
import type { Allowed, Decision, Denied } from '../entitlements/index.ts';
import type { Instant, Subscription } from '../subscriptions/index.ts';

/** What a spend answers: allowed, and the movement's name. */
export type Spent = Allowed & { readonly transferId: string };
/** What a check of a config feature answers: with its value, as its schema types it. */
export type DecisionWithValue<V> =
  | (Allowed & { readonly value: V })
  | (Denied & { readonly value?: V });
/** What a check of any other feature answers: there is no value. */
export type PlainDecision = Omit<Allowed, 'value'> | Omit<Denied, 'value'>;

/** An amount with all that is needed to show it. */
export type Money = {
  readonly amount: number;
  readonly unit: string;
  readonly scale: number;
  readonly formatted: string;
};

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

/** Units set aside until they are captured, released, or the time is over. */
export interface Hold {
  readonly id: string;
  readonly amount: number;
  readonly expiresAt: Date;
  readonly replayed: boolean;
  /** More than is held: takes the hold and spends the rest as far as it goes. Never throws for "too much"; 0 releases. */
  capture(
    amount?: number,
    options?: { final?: boolean },
  ): Promise<{ captured: number; shortfall: number }>;
  release(): Promise<void>;
  extend(until: Duration | Instant): Promise<void>;
}

export interface CustomerProfile {
  readonly id: string;
  readonly kind: string;
  readonly email: string | null;
  /** The full name. */
  readonly name: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  /** Two capitals. */
  readonly country: string | null;
  /** A language, such as `en`. */
  readonly locale: string | null;
  readonly timeZone: string;
  /** `2001-02-03`. */
  readonly birthDate: string | null;
  readonly avatarUrl: string | null;
  readonly emailOptIn: boolean;
  readonly smsOptIn: boolean;
  /** 0 to 100, with two decimals. */
  readonly discountPercent: number;
  readonly role: string;
  /** The role's own, if it has one. */
  readonly badge: string | null;
  /** What the role keeps beside. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly addresses: Addresses;
  readonly createdAt: Date;
}

export type State = {
  /** `null` for a customer no command has named. */
  readonly customer: CustomerProfile | null;
  /** Its own code, once it has one, and who invited it. */
  readonly referral: { readonly code: string | null; readonly sponsor: string | null };
  readonly subscriptions: readonly Subscription[];
  readonly entitlements: readonly Decision[];
  readonly balances: readonly Balance[];
};
