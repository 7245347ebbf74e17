/**
 * What a payment gateway is to the kit: four verbs, the state of a payment, and what a webhook may tell.
 *
 * A gateway translates and never decides: it knows no order's state. Its calls wait for a network, so none is made inside a
 * database transaction. Every call that moves money carries a key, under which asking again does nothing twice.
 */
import type { GatewaySum } from './gateway-sum.ts';

/** An adapter to a payment processor. What a host writes itself must keep the promises below. */
export interface Gateway {
  /** As it stands in addresses and rows: `stripe`. */
  readonly name: string;
  /** True: it takes `offSession`. Left out: it charges nobody who is away. */
  readonly chargesOffSession?: boolean | undefined;
  /**
   * Opens a payment for one order; no money moves yet. Asked again under the same key it answers with the first.
   * @throws {GatewayError} Its `outcome` tells whether the payment may exist.
   */
  createPayment(input: CreatePayment): Promise<CreatedPayment>;
  /**
   * What the gateway knows of a payment now.
   * @param id As `createPayment` or a webhook named it.
   * @throws {GatewayError} It cannot be had; nothing is changed by asking.
   */
  fetchPayment(id: string): Promise<GatewayPayment>;
  /**
   * Sends money of a payment back. Asked again under the same key, however much later, it answers with the first, as that is by
   * then: so a pending one is followed.
   * @throws {GatewayError} Its `outcome` tells whether the money may be on its way.
   */
  refund(input: RefundPayment): Promise<GatewayRefund>;
  /**
   * Reads a webhook, once its signature over the raw body has been checked.
   * @throws {WebhookSignatureError} It is not to be believed, too old, or from the future.
   */
  parseWebhook(input: IncomingWebhook): GatewayEvent | Promise<GatewayEvent>;
}

export type CreatePayment = {
  /** Our order's id. */
  readonly order: string;
  /** Above zero. A gateway refuses what it cannot express exactly. */
  readonly sum: GatewaySum;
  /** `checkout`: a page of the gateway's. `intent`: a secret for a form in the host's own page. */
  readonly kind: 'checkout' | 'intent';
  /** What is sold, for the payer to read. */
  readonly description: string;
  /** Where the payer comes back to; a `checkout` needs it. */
  readonly returnUrl?: string | undefined;
  /** Where the payer comes back to who gave up. */
  readonly cancelUrl?: string | undefined;
  /** The customer's id at the gateway, where there is one. */
  readonly externalCustomer?: string | undefined;
  /** Charge at once what the customer has left with the gateway: nobody is there. A refusal is a state of the payment, no error. */
  readonly offSession?: boolean | undefined;
  /** Comes back with the payment and with its webhooks. */
  readonly metadata: {
    readonly tenant: string;
    readonly order: string;
    readonly customer: string;
    /** Our payment's id. */
    readonly payment: string;
  };
  /** 1 to 255 characters, and no other tenant's: several may share one account at the gateway. */
  readonly idempotencyKey: string;
};

/** What the payer is given. The secret is shown once and never stored. */
export type Checkout =
  | { readonly kind: 'none' }
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'client_secret'; readonly clientSecret: string };

export type CreatedPayment = {
  /** What `fetchPayment` and `refund` take. */
  readonly id: string;
  readonly checkout: Checkout;
  /** False: made with a key for tests. A payment and what a webhook says of it must agree. */
  readonly livemode: boolean;
};

/**
 * Of `open` nobody has tried to pay yet; `unknown` is a word of the gateway's that this adapter does not know. Neither
 * moves an order.
 */
export type PaymentState =
  | 'open'
  | 'succeeded'
  | 'processing'
  | 'needs_payment_method'
  | 'needs_action'
  | 'needs_capture'
  | 'canceled'
  | 'unknown';

export type GatewayPayment = {
  readonly id: string;
  readonly state: PaymentState;
  /** What has come in; `null` before anything has. */
  readonly received: GatewaySum | null;
  /** What went back of it so far; `null` only in a webhook that does not tell. */
  readonly refunded: GatewaySum | null;
  /** The payer's bank has ever called it into question; `null` only in a webhook that does not tell. */
  readonly disputed: boolean | null;
  /** As given to `createPayment`; empty for a payment that is not ours. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly livemode: boolean;
};

export type RefundPayment = {
  readonly payment: string;
  /** Above zero; the gateway refuses more than is left. */
  readonly sum: GatewaySum;
  /** As for `createPayment`; good for ever, not for a day. */
  readonly idempotencyKey: string;
};

export type GatewayRefund = {
  readonly id: string;
  /** `pending` may still fail: a webhook tells. */
  readonly state: 'succeeded' | 'pending' | 'failed';
  readonly sum: GatewaySum;
};

export type IncomingWebhook = {
  /** As it came, to the byte. */
  readonly rawBody: Uint8Array | string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Against which the signature's age is measured. */
  readonly now: Date;
};

export type GatewayEvent = {
  /** Unique at the gateway; stored before anything is done. */
  readonly id: string;
  /** The gateway's own word, for the history. */
  readonly type: string;
  /** When it happened there. Events may come late, twice and out of order. */
  readonly at: Date;
  readonly livemode: boolean;
  /** `null`: nothing the kit acts on. */
  readonly fact: GatewayFact | null;
};

/** What a webhook tells, by the id of the payment it is about. One that no row knows may be fetched: its metadata names the order. */
export type GatewayFact = PaymentFact | RefundFact | DisputeFact | InvoiceFact;

export type PaymentFact = { readonly kind: 'payment'; readonly payment: GatewayPayment };

/** One refund, whoever asked for it. What went back in all is in the payment. */
export type RefundFact = {
  readonly kind: 'refund';
  readonly payment: string;
  readonly refund: GatewayRefund;
};

export type DisputeFact = {
  readonly kind: 'dispute';
  readonly payment: string;
  readonly dispute: string;
  /** Of an `inquiry` no money has gone yet. */
  readonly state: 'inquiry' | 'open' | 'won' | 'lost';
  readonly sum: GatewaySum;
  readonly reason: string;
};

/** A subscription that the gateway charges has been charged, or could not be. */
export type InvoiceFact = {
  readonly kind: 'invoice';
  readonly invoice: string;
  /** The subscription's id at the gateway. */
  readonly subscription: string;
  /** The customer's id at the gateway. */
  readonly externalCustomer: string | null;
  readonly state: 'paid' | 'failed';
  /** What was paid, or what is due. */
  readonly sum: GatewaySum;
  /** The time it is for, end exclusive. */
  readonly periodStartsAt: Date;
  readonly periodEndsAt: Date;
  /** When the gateway will try again; `null` when it will not. */
  readonly nextAttemptAt: Date | null;
  /** Of the subscription at the gateway. */
  readonly metadata: Readonly<Record<string, string>>;
};
