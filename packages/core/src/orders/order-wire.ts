/** Orders as JSON: what routes take and answer. Only what JSON Schema can say too. */
import { z } from 'zod';
import { instantInput, instantShape, moneyShape } from '../http/index.ts';
import { countryShape, quantityShape, taxRateShape } from './inputs.ts';
import { orderStatuses } from './status.ts';

const bought = z.object({
  offer: z.string(),
  plan: z.string().nullable(),
  title: z.string().nullable(),
  group: z.string().nullable(),
  quantity: z.int(),
  cycle: z.string().nullable(),
  grants: z.array(moneyShape),
  status: z.enum(orderStatuses),
  startsAt: instantShape.nullable(),
  expiresAt: instantShape.nullable(),
  subscription: z.string().nullable(),
});

/** One order. */
export const orderShape = bought.extend({
  id: z.string(),
  customer: z.string(),
  parent: z.string().nullable(),
  perPiece: z.object({ price: moneyShape, grants: z.array(moneyShape) }),
  discount: moneyShape,
  total: moneyShape,
  refunded: moneyShape,
  outstanding: z.array(moneyShape),
  disputed: z.boolean(),
  country: z.string().nullable(),
  taxRate: z.number().nullable(),
  period: z.int().nullable(),
  method: z.string().nullable(),
  wallet: moneyShape.nullable(),
  items: z.array(
    bought.extend({
      order: z.string(),
      perPiece: z.object({ quantity: z.int(), grants: z.array(moneyShape) }),
    }),
  ),
  lapsesAt: instantShape,
  createdAt: instantShape,
  updatedAt: instantShape,
  paidAt: instantShape.nullable(),
});

/** One bought line. */
export const purchaseShape = bought.extend({
  order: z.string(),
  parent: z.string().nullable(),
  total: moneyShape,
});

/** A group of purchases. */
export const creditGroupShape = z.object({
  group: z.string(),
  status: z.enum(['ok', 'warn', 'error']),
  reasons: z.array(z.enum(['inactive', 'expiring', 'low', 'pending'])),
  bought: z.array(moneyShape),
  purchases: z.array(
    purchaseShape.extend({
      remaining: z.array(moneyShape.extend({ percent: z.int() })),
      elapsed: z.int().nullable(),
    }),
  ),
});

/** What the payer is given. */
export const checkoutShape = z.union([
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('redirect'), url: z.string() }),
  z.object({ kind: z.literal('client_secret'), clientSecret: z.string() }),
]);

/** An order with what the payer is given. */
export const toPayShape = z.object({ order: orderShape, checkout: checkoutShape });

const url = z.url().max(2000).optional();
/** How the payer wants to pay. */
export const paymentBody = z.object({
  gateway: z.string().min(1).max(64).optional(),
  returnUrl: url,
  cancelUrl: url,
  payFrom: z.string().min(1).max(64).optional(),
});

/** What a customer may order. */
export const orderBody = paymentBody.extend({
  offer: z.string().min(1).max(64).optional(),
  plan: z.string().min(1).max(64).optional(),
  quantity: quantityShape.optional(),
  currency: z.string().min(1).max(64).optional(),
  startsAt: instantInput.optional(),
  country: countryShape.optional(),
});

/** What an operator orders for a customer. */
export const anyOrderBody = orderBody.extend({
  customer: z.string().min(1).max(255),
  taxRate: taxRateShape.optional(),
});

/** `:id` of a path. */
export const orderParams = z.object({ id: z.string().min(1).max(255) });
/** What paying one from the wallet refuses. */
export const walletRefusals = [
  ...(['insufficient_balance', 'customer_frozen', 'rate_missing', 'unit_unknown'] as const),
] as const;
/** What placing one refuses. */
export const orderRefusals = [
  ...walletRefusals,
  ...(['offer_unknown', 'plan_unknown', 'offer_locked', 'quantity_limit'] as const),
  'checkout_open',
  ...(['start_in_past', 'already_subscribed', 'invalid_amount', 'limit_exceeded'] as const),
] as const;
