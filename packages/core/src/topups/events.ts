/** What standing instructions announce; that something was bought is `order.paid`. */
export type TopUpEvents = {
  /** Nothing was bought: `because` it was declined, the limit is reached, or an error of that code. */
  'top_up.failed': {
    unit: string;
    offer: string;
    order: string | null;
    because: string;
    declines: number;
    /** When it is tried again. */
    retryAt: string;
  };
  /**
   * Nothing is tried any more until the instruction is set anew: `because` it was declined too often, an order that was bought
   * is `disputed` or was `refunded`, or what it buys is not sold to the customer (`offer_unknown`, `plan_unknown`, `quantity_limit`,
   * `offer_locked`).
   */
  'top_up.stopped': {
    unit: string;
    offer: string;
    order: string | null;
    because: string;
    declines: number;
  };
};
