/** What sells: the verbs of `offers` and `orders`, written once for the kit and for a customer's handle. */
import type { Keys } from '../catalog/index.ts';
import type { Page } from '../kernel/index.ts';
import type {
  CancelOrder,
  Checkout,
  ConfirmOrder,
  CreditGroup,
  GetOrder,
  ListCredits,
  ListedOffer,
  ListOffers,
  ListOrders,
  ListPurchases,
  NewOrder,
  Order,
  PayOrder,
  PlacedOrder,
  Purchase,
  Receipt,
} from '../orders/index.ts';
import type { ListPayments, Payment } from '../payments/index.ts';
import type { ListRefunds, Refund, RefundedOrder, RefundOrder } from '../refunds/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { Perhaps, Without } from './asked.ts';

export interface OfferVerbs<With> {
  /**
   * What a visitor may see: regular offers, and what the customer's paid purchases have unlocked, which stands in the place of
   * regular ones of the same key. On the kit without a customer: a stranger.
   */
  list(input?: Perhaps<With> & Without<ListOffers, never>): Promise<readonly ListedOffer[]>;
}

/** An offer, or a plan: an offer of one period of itself. */
type Ordered<K extends Keys> =
  | { offer: K['offer']; plan?: undefined }
  | { plan: K['plan']; offer?: undefined };

/** As the verbs take it: instants as hosts have them. */
type Dated<T> = Omit<T, 'startsAt'> & { startsAt?: Instant | undefined };

export interface PaymentVerbs {
  /**
   * Takes what a gateway tells, believed by the signature over its raw body. A repeat does nothing.
   * @throws {WebhookSignatureError} It is not to be believed: nothing is stored. @throws {NotFoundError} No such gateway.
   * @throws {GatewayError} What it is about cannot be asked for: nothing is stored, and the gateway sends it again.
   */
  webhook(input: {
    gateway: string;
    /** As it came, to the byte. */
    rawBody: Uint8Array | string;
    headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  }): Promise<{ readonly outcome: 'applied' | 'ignored' | 'flagged' | 'repeated' }>;
  /** Newest first, of all orders unless some are named: `flagged` ones paid for nothing, and somebody has to look at them. */
  list(input?: ListPayments): Promise<Page<Payment>>;
}

export interface OrderVerbs<K extends Keys, With> {
  /**
   * Places an order; everything that paying it needs is frozen on it. One of nothing to pay is paid at once.
   * @throws {OfferLockedError} Only what the customer has bought unlocks it. @throws {QuantityLimitError}
   */
  create(
    input: With & Dated<Without<NewOrder, 'offer' | 'plan' | 'kind'>> & Ordered<K>,
  ): Promise<PlacedOrder>;
  get(input: With & Without<GetOrder, never>): Promise<Order>;
  /** What was paid, numbered without gaps; as it was issued, whatever went back since. @throws {NotFoundError} Not paid. */
  receipt(input: Perhaps<With> & Without<GetOrder, never>): Promise<Receipt>;
  /** Newest first. On the kit, of all customers unless one is named. */
  list(input?: Perhaps<With> & Without<ListOrders, never>): Promise<Page<Order>>;
  /** What was bought, line by line, bundled offers too. */
  purchases(
    input?: With & Without<ListPurchases, 'offer'> & { offer?: K['offer'] | undefined },
  ): Promise<Page<Purchase>>;
  /** What was bought, group by group, with what is left of each purchase, and what to warn of. */
  credits(input?: With & Without<ListCredits, never>): Promise<readonly CreditGroup[]>;
  /** Opens a payment for an unpaid order, also one that was refused. */
  pay(
    input: With & Without<PayOrder, never>,
  ): Promise<{ readonly order: Order; readonly checkout: Checkout }>;
  /** With `payment: 'manual'` it is paid because you say so, with `wallet` by what is set aside for it. @throws {DuplicatePaymentError} It was paid before. */
  confirm(input: With & Dated<Without<ConfirmOrder, never>>): Promise<Order>;
  /** Gives an unpaid order up. @throws {AlreadyPaidError} */
  cancel(input: With & Without<CancelOrder, never>): Promise<Order>;
  /**
   * Gives the unused part back, or a sum and units in proportion: to the gateway it was paid at, or to the wallet. While the gateway has
   * not said what became of it, it is `pending`, and what it takes is set aside.
   * @throws {InvalidStateError} Not paid, over, disputed, or nothing is unused. @throws {LimitExceededError} More than is left.
   * @throws {GatewayError} Nothing was sent back if its `outcome` is `not_done`: everything is as before.
   */
  refund(input: Perhaps<With> & Without<RefundOrder, never>): Promise<RefundedOrder>;
  /** What went back, or is on its way, newest first. On the kit, of all customers unless one is named. */
  refunds(input?: Perhaps<With> & Without<ListRefunds, never>): Promise<Page<Refund>>;
}
