/** What every command on one subscription is told: whose it is, which, why, and under which key. */
import { readText, refuseUnreadable } from './input.ts';

export type Target = {
  customer: string;
  /** Left out: the customer's only live one. */
  subscription?: string | undefined;
  /** 1 to 500 characters; with one, the change is kept in the audit. */
  reason?: string | undefined;
  idempotencyKey?: string | undefined;
};

/** The keys of a `Target`. */
export const targetKeys = ['customer', 'subscription', 'reason', 'idempotencyKey'];

/** @throws {ValidationError} Names each key that is not known, or whose value is none. */
export function readTarget(input: Target, further: readonly string[]): void {
  refuseUnreadable(input, [...targetKeys, ...further]);
  readText(input.customer, '/customer');
  if (input.subscription !== undefined) readText(input.subscription, '/subscription');
  if (input.reason !== undefined) readText(input.reason, '/reason', 500);
}
