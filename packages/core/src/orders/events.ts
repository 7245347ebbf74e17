/** What orders announce: each move once, with the order as it stands after it. Bundled offers come with their order. */

/** The order's facts in every event; instants are ISO text. */
export type OrderNews = {
  order: string;
  /** The offer's key, or the plan's where the plan itself was ordered. */
  offer: string;
  plan: string | null;
  group: string | null;
  quantity: number;
  total: { amount: number; unit: string };
  /** The order it came with. */
  parent: string | null;
  startsAt: string | null;
  expiresAt: string | null;
};

export type OrderEvents = {
  'order.created': OrderNews;
  'order.paid': OrderNews & {
    /** `free`, `manual` or a gateway. */
    method: string;
    startsAt: string;
    subscription: string | null;
    items: {
      order: string;
      offer: string;
      quantity: number;
      startsAt: string | null;
      expiresAt: string | null;
      subscription: string | null;
    }[];
  };
  /** By somebody, or by itself because nobody paid. */
  'order.canceled': OrderNews & { lapsed: boolean };
  /** Something was reported that does not fit: an operator must look. A payment has granted nothing; an invoice counts as it was paid. */
  'order.inconsistent': OrderNews & {
    /** `null` for an invoice. */
    payment: string | null;
    /** What the gateway calls it. */
    invoice?: string;
    because: string;
  };
  /** Its time is over; also of a bundled offer that lasted longer or shorter than its order. */
  'order.expired': OrderNews;
  /** The payer's bank calls the payment into question, or has decided. Of what is lost `order.refunded` tells more. */
  'order.disputed': OrderNews & {
    dispute: string;
    /** Of an `inquiry` no money has gone, and nothing is set aside. */
    state: 'inquiry' | 'open' | 'won' | 'lost';
    amount: { amount: number; unit: string };
    /** Set aside; the order's again; or taken. */
    units: { amount: number; unit: string }[];
    /** Of what is not paid for as long as it is open or once it is lost: what was used, by then. */
    outstanding: { amount: number; unit: string }[];
  };
  /** Money went back, and what was not used of it was taken out of the books. */
  'order.refunded': OrderNews & {
    refund: string;
    /** By whose word: an operator's, the gateway's, or that of the payer's bank. */
    source: 'asked' | 'reported' | 'dispute';
    amount: { amount: number; unit: string };
    /** Where it went; `none` where there was nothing to give. */
    to: 'gateway' | 'wallet' | 'manual' | 'none';
    /** The whole order went back. */
    full: boolean;
    units: { amount: number; unit: string }[];
    /** Of what is not paid for any more: what was used, by then. */
    outstanding: { amount: number; unit: string }[];
  };
};
