/**
 * What the floors that sell tell this one: which periods of a subscription are paid for. Past due follows from it.
 *
 * Without those floors, or where they do not know, everything counts as paid.
 */
import type { PlanSpec } from '../catalog/index.ts';
import { FOREVER, type Scope } from '../kernel/index.ts';
import { windowAt, windowNumbered } from './calendar.ts';
import { type SubscriptionMoments, trialEndOf } from './state.ts';

/** Numbers of periods from the first to the last, both among them. */
export type Span = readonly [first: number, last: number];

/**
 * The periods of each subscription that are paid, in their order, by id; one that is absent has none. `null`: not known, so nothing
 * is past due. Where a gateway charges, only what its invoices say counts.
 */
export type PaidPeriods = (
  scope: Scope,
  subscriptions: readonly string[],
  billing: 'order' | 'gateway',
) => Promise<ReadonlyMap<string, readonly Span[]> | null>;

/** What is asked for once: a period of a subscription, or what a change of its plan costs more than was paid. */
export type SubscriptionCharge = {
  readonly subscription: string;
  readonly customerId: number;
  readonly plan: string;
  readonly planVersionId: number;
  /** Its number; `null` for a change within a period that is charged already. */
  readonly period: number | null;
  /** ISO 8601; `null` is infinite. */
  readonly cycle: string | null;
  /** Nothing or more, in the minor unit of `unit`. */
  readonly amount: number;
  readonly unit: string;
  readonly timeZone: string;
  /** Until when it may be paid; `null` as the orders' own setting says. */
  readonly lapsesAt: Date | null;
};

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly paidPeriods?: PaidPeriods | undefined;
    /** Asks for the charge, once per period. The customer is locked. @returns False: it was asked for before. */
    readonly charge?: ((scope: Scope, charge: SubscriptionCharge) => Promise<boolean>) | undefined;
  }
}

/** What a subscription says of itself once it was ended for non-payment. */
export const NON_PAYMENT = 'non_payment';

/** How the plan is billed in that currency: without a price above nothing no order is ever made, so none can be missing. */
export function billingAt(plan: PlanSpec, currency: string | null): PlanSpec['billing'] {
  const price = Object.hasOwn(plan.price, currency ?? '') ? plan.price[currency ?? ''] : 0;
  return plan.billing === 'order' && !price ? 'none' : plan.billing;
}

type Charged = SubscriptionMoments & { readonly billedFrom?: Date | null | undefined };

/**
 * From when on it is paid for, and the number of that period: its start, the end of its trial, or when it began to be charged.
 * `null` while a pause without a set return keeps the trial open.
 */
export function chargedFrom(moments: Charged): { from: Date; number: number } | null {
  const { startsAt, billedFrom } = moments;
  const trialEnd = trialEndOf(moments);
  if (trialEnd !== null && trialEnd >= FOREVER) return null;
  const times = [startsAt, billedFrom ?? startsAt, trialEnd ?? startsAt].map(Number);
  const from = new Date(Math.max(...times));
  return { from, number: windowAt(moments, 'period', from)?.number ?? 1 };
}

/**
 * From when on nothing is paid, with these periods paid: the start of the first that is not, or the end of the trial within it.
 * A trial is not paid for; an infinite subscription has one period.
 * @returns `null` when nothing is left to be paid.
 */
export function unpaidSince(moments: Charged, paid: readonly Span[]): Date | null {
  const first = chargedFrom(moments);
  if (first === null) return null;
  for (let { number } = first; ; number += 1) {
    const span = paid.find(([from, to]) => from <= number && number <= to);
    if (span) {
      number = span[1];
      continue;
    }
    if (number === first.number) return first.from;
    const window = windowNumbered(moments, 'period', number);
    if (!window) return null;
    // A window that a change of zone rules left empty is nobody's period.
    if (window.endsAt === null || window.endsAt > window.startsAt) return window.startsAt;
  }
}

/**
 * The same of one that a gateway charges, with these periods invoiced and paid. Nobody knows what it charged before the first, so
 * that is nobody's debt; and without one nothing is.
 */
export function unpaidAtGateway(moments: Charged, invoiced: readonly Span[]): Date | null {
  const [first, ...later] = invoiced;
  return first ? unpaidSince(moments, [[1, first[1]], ...later]) : null;
}
