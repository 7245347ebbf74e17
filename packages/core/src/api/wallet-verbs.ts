/** The wallet's verbs: balances of any unit, filled, emptied, moved and set aside. */
import type { Duration, Keys } from '../catalog/index.ts';
import type { UsedBy } from '../customers/index.ts';
import type { Page } from '../kernel/index.ts';
import type {
  Captured,
  HoldLine,
  Owed,
  Projected,
  Rate,
  StatementLine,
  UnitTotal,
} from '../ledger/index.ts';
import type { CreditWarning, Swept } from '../orders/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { Balance, Hold } from './answers.ts';
import type { Keyed, Perhaps, Reservation } from './asked.ts';
import type { CorrectionVerbs } from './correction-verbs.ts';
import type { TopUpVerbs } from './top-up-verbs.ts';

type Reference = { type: string; id: string };

export interface WalletVerbs<K extends Keys, With>
  extends CorrectionVerbs<K, With>,
    TopUpVerbs<K, With> {
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
        /** Why: kept in the audit, with the change. */
        reason?: string | undefined;
      },
  ): Promise<Balance & Moved>;
  /** @throws {InsufficientBalanceError} Less is available; nothing is written. */
  debit(
    input: With &
      Keyed & {
        unit: K['unit'];
        amount: number;
        reference?: Reference | undefined;
        usedBy?: UsedBy | undefined;
        /** Why: kept in the audit, with the change. */
        reason?: string | undefined;
      },
  ): Promise<Balance & Moved>;
  /**
   * Asks for a credit or a debit that is made soon after the commit, by any process that was started: once, however often it is
   * asked for under the key. What can never be made is a dead job at once; a debit that lacks balance is tried again for hours.
   * @throws {IdempotencyConflictError} The key stands for another change.
   */
  queue(
    input: With & {
      unit: K['unit'];
      operation: 'credit' | 'debit';
      amount: number;
      reference?: Reference | undefined;
      idempotencyKey: string;
    },
  ): Promise<{ readonly job: string; readonly replayed: boolean }>;
  transfer(
    input: With &
      Keyed & { to: string; unit: K['unit']; amount: number; reference?: Reference | undefined },
  ): Promise<Balance & Moved>;
  /**
   * Turns one unit into another at the rate of the option `rates`, which is kept with the movement. Rounded down: there and
   * back never gains.
   * @throws {RateMissingError} No rate, or one that would be waited for in your transaction; nothing is written.
   * @throws {InsufficientBalanceError} Less is available. @throws {LimitExceededError} A ceiling is in the way.
   */
  exchange(
    input: With & Keyed & { from: K['unit']; to: K['unit']; amount: number },
  ): Promise<Exchanged>;
  /** @throws {InsufficientBalanceError} Less is available. @throws {DeniedError} For a feature. */
  hold(input: With & Reservation<K>): Promise<Hold>;
  capture(
    input: WithMaybe<With> &
      Keyed & { hold: string; amount?: number | undefined; final?: boolean | undefined },
  ): Promise<Captured>;
  release(input: WithMaybe<With> & { hold: string }): Promise<{ released: number }>;
  extend(input: WithMaybe<With> & { hold: string; until: Duration | Instant }): Promise<void>;
  /** What is and was reserved, newest first; an open one whose time is over is expired, whoever has touched it. */
  holds(
    input?: With & {
      state?: HoldLine['state'] | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    },
  ): Promise<Page<HoldLine>>;
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
  /** Balances below zero, to be invoiced: a credit then fills them first. On the kit, of all customers unless one is named. */
  owed(
    input?: Perhaps<With> & {
      unit?: K['unit'] | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    },
  ): Promise<Page<Owed>>;
  /** Signed sums of what moved in [from, to), unit by unit: what went out, or with `all` what came in too. */
  totals(
    input: With & {
      unit?: K['unit'] | undefined;
      from: Instant;
      to: Instant;
      all?: boolean | undefined;
    },
  ): Promise<readonly UnitTotal[]>;
  /** Open grants in the order they are spent. */
  grants(input: With & { unit: K['unit'] }): Promise<Projected['grants']>;
  /** The groups of purchases of which something ends soon or little is left: each once, with all its reasons. */
  warnings(input?: With & WarningLimits): Promise<readonly CreditWarning[]>;
  /**
   * Books what has expired of one customer's purchases and nobody has booked yet, as the worker does for all in time.
   * @returns The groups in which something expired now, what was left of it, and what to warn of.
   */
  sweep(input?: With & WarningLimits): Promise<Swept>;
}

type WarningLimits = {
  /** ISO 8601; as `credits.warnExpiresIn` says unless given. */
  warnExpiresIn?: Duration | undefined;
  /** As `credits.warnAtOrBelow` says unless given. */
  warnAtOrBelow?: number | undefined;
  /** Another minimum for these groups. */
  minimums?: Readonly<Record<string, number>> | undefined;
};

/** A hold names its customer by itself. */
type WithMaybe<With> = Partial<With>;
/** Both balances afterwards, and what it was done at: `of` wholes of `to` for `per` wholes of `from`. */
export type Exchanged = Moved & {
  readonly from: Balance;
  readonly to: Balance;
  /** In the minor unit of `to`. */
  readonly received: number;
  readonly rate: Rate;
  /** What was cut off, as a fraction of the smallest part of `to`: `'2/3'`. */
  readonly residue: string;
};
/** The entry a movement made; `null` for a grant that waits for its start. */
export type Moved = { readonly transferId: string | null; readonly replayed: boolean };
