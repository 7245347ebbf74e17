/** What the test gateway can be told to do, and by what it is moved by hand. */
import { randomBytes } from 'node:crypto';
import { type Clock, ConfigurationError } from '../kernel/index.ts';
import type {
  CreatePayment,
  Gateway,
  GatewayFact,
  GatewayPayment,
  GatewayRefund,
} from './gateway.ts';
import type { GatewaySum } from './gateway-sum.ts';
import type { WrittenWebhook } from './test-gateway-events.ts';

/**
 * How a call fails. `fail_before` and `fail_after` look alike to who asks (`unknown`), but after the second it is done;
 * of `unreachable` and `unauthorized` it is certain that nothing was.
 */
export type TestFailure = 'fail_before' | 'fail_after' | 'unreachable' | 'unauthorized';

/** `delay` leaves a payment processing until it is moved by hand. */
export type TestOutcome = 'succeed' | 'refuse' | 'need_action' | 'delay' | TestFailure;

/** `refuse` says no, `delay` leaves the refund pending. */
export type TestRefundOutcome = 'succeed' | 'refuse' | 'delay' | TestFailure;

export type TestGatewayOptions = {
  /** Default `test`. */
  readonly name?: string | undefined;
  /** What becomes of new payments, one after another; the last holds for all that follow. Default: each succeeds at once. */
  readonly payments?: readonly TestOutcome[] | ((input: CreatePayment) => TestOutcome) | undefined;
  /** The same of refunds. */
  readonly refunds?: readonly TestRefundOutcome[] | undefined;
  /** The first signs, all are believed. Default: one that nobody knows. */
  readonly webhookSecret?: string | readonly string[] | undefined;
  /** How old, or how far ahead, a webhook may be. Default 300. */
  readonly toleranceSeconds?: number | undefined;
  /** When webhooks are signed unless said. Default: the machine's. */
  readonly clock?: Clock | undefined;
};

/** A gateway in this process's memory: whatever a payer, a bank or the network may do, done on demand. */
export interface TestGateway extends Gateway {
  /** All there are, oldest first. */
  payments(): readonly GatewayPayment[];
  /** All there are, oldest first. */
  refunds(): readonly GatewayRefund[];
  /**
   * What a payer, or a slow bank, does to a payment.
   * @param options.received For a success: another sum than was asked for.
   * @throws {GatewayValidationError} There is no such payment.
   */
  settle(
    payment: string,
    outcome: Exclude<TestOutcome, TestFailure> | 'cancel',
    options?: { readonly received?: GatewaySum | undefined },
  ): GatewayPayment;
  /**
   * What becomes of a refund that is pending. One that failed still counts as sent back in its payment, as nothing asks for it.
   * @throws {GatewayValidationError} There is no such refund, or it has ended.
   */
  endRefund(refund: string, state: 'succeeded' | 'failed'): void;
  /**
   * The payer's bank calls the payment into question.
   * @throws {GatewayValidationError} There is no such payment.
   */
  dispute(payment: string): GatewayPayment;
  /**
   * A signed webhook, to be delivered by hand: as often, as late and in whatever order one likes.
   * @param told A payment's id, for its state now; any other fact as it stands.
   * @throws {GatewayValidationError} There is no such payment.
   */
  webhook(
    told: string | GatewayFact | null,
    options?: { readonly id?: string | undefined; readonly at?: Date | undefined },
  ): WrittenWebhook;
}

/**
 * The secrets, the first of which signs.
 * @throws {ConfigurationError} One is empty.
 */
export function readSecrets(
  given: TestGatewayOptions['webhookSecret'],
): readonly [string, ...string[]] {
  const [first, ...others] = [given ?? randomBytes(32).toString('hex')].flat();
  if (first === undefined || [first, ...others].some((one) => one.trim() === ''))
    throw new ConfigurationError('testGateway: webhookSecret is empty: leave it out, or give one.');
  return [first, ...others];
}
