/** What can go wrong with offers and orders. Every one of them leaves orders, balances and subscriptions as they were. */
import { BursarError } from '../kernel/index.ts';

/** There is no offer of this key, or it is archived: nobody can order it. */
export class OfferUnknownError extends BursarError {
  override readonly code = 'offer_unknown';
  constructor(offer: string) {
    super(`There is no offer ${offer} to order.`, { offer });
  }
}

/** The offer is only for who has a paid, unexpired purchase of one of `details.unlockedBy`. */
export class OfferLockedError extends BursarError {
  override readonly code = 'offer_locked';
  constructor(offer: string, unlockedBy: readonly string[]) {
    super(`Offer ${offer} needs a purchase of ${unlockedBy.join(' or ')} first.`, {
      offer,
      unlockedBy,
    });
  }
}

/** More of the offer than `details.limit` would be bought; `details.ordered` are already. */
export class QuantityLimitError extends BursarError {
  override readonly code = 'quantity_limit';
  constructor(facts: { offer: string; limit: number; ordered: number; quantity: number }) {
    super(
      `${facts.quantity} more of ${facts.offer} is above its limit of ${facts.limit}: ${facts.ordered} are ordered already.`,
      facts,
    );
  }
}

/** The start that was asked for has passed. An operator confirms with another one, or refunds. */
export class StartInPastError extends BursarError {
  override readonly code = 'start_in_past';
  constructor(startsAt: Date) {
    super(`${startsAt.toISOString()} has passed: send a later start.`, {
      startsAt: startsAt.toISOString(),
    });
  }
}

/** Another order of the same waits to be paid: `details.order`. Pay it, or cancel it first. */
export class CheckoutOpenError extends BursarError {
  override readonly code = 'checkout_open';
  constructor({ id, offer }: { readonly id: string; readonly offer: string }) {
    super(
      `Order ${id} of ${offer} waits to be paid: pay it, or cancel it before you order other.`,
      {
        ...{ order: id, offer },
      },
    );
  }
}

/** It is paid: there is nothing left to pay. */
export class AlreadyPaidError extends BursarError {
  override readonly code = 'already_paid';
  constructor(order: string) {
    super(`Order ${order} is paid.`, { order });
  }
}

/** A payment came for an order that was paid before; it granted nothing. */
export class DuplicatePaymentError extends BursarError {
  override readonly code = 'duplicate_payment';
  constructor(order: string, status: string) {
    super(`Order ${order} is ${status}: it was paid before.`, { order, status });
  }
}
