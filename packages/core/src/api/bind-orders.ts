/** The verbs of what sells, over one context. Each reads its input and runs its operation; nothing is decided here. */
import { z } from 'zod';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  cancelOrder,
  cancelOrderInput,
  confirmOrder,
  confirmOrderInput,
  createOrder,
  GatewayError,
  getOrder,
  getOrderInput,
  getReceipt,
  listCredits,
  listCreditsInput,
  listOffers,
  listOffersInput,
  listOrders,
  listOrdersInput,
  listPurchases,
  listPurchasesInput,
  newOrderInput,
  payOrder,
  payOrderInput,
} from '../orders/index.ts';
import { confirmPayment, listPayments, listPaymentsInput, takeWebhook } from '../payments/index.ts';
import {
  listRefunds,
  listRefundsInput,
  refundedOrder,
  refundOrder,
  refundOrderInput,
  sendRefund,
} from '../refunds/index.ts';
import type { Binding } from './binding.ts';
import type { PaymentVerbs } from './order-verbs.ts';

const webhookInput = z.strictObject({
  gateway: z.string().min(1).max(64),
  headers: z.record(z.string(), z.unknown()),
});

type Operation<I, T> = (scope: Scope, input: I) => Promise<T>;

/** The verbs of `offers`. */
export function bindOffers(binding: Binding) {
  return { list: reads(binding, listOffersInput, listOffers) };
}

/** The verbs of `orders`. */
export function bindOrders(binding: Binding) {
  const { kind } = binding.given;
  return {
    create: commands(binding, newOrderInput, (scope, asked) =>
      createOrder(scope, { ...(kind !== undefined && { kind }), ...asked }),
    ),
    get: reads(binding, getOrderInput, getOrder),
    receipt: reads(binding, getOrderInput, getReceipt),
    list: reads(binding, listOrdersInput, listOrders),
    purchases: reads(binding, listPurchasesInput, listPurchases),
    credits: reads(binding, listCreditsInput, listCredits),
    pay: commands(binding, payOrderInput, payOrder),
    confirm: commands(binding, confirmOrderInput, (scope, asked) =>
      asked.payment ? confirmOrder(scope, asked) : confirmPayment(scope, asked),
    ),
    cancel: commands(binding, cancelOrderInput, cancelOrder),
    refunds: reads(binding, listRefundsInput, listRefunds),
    refund: commands(binding, refundOrderInput, async (scope, asked) => {
      const asking = await refundOrder(scope, asked);
      const { refund, replayed } = asking;
      // In a transaction of the host's the job sends it, once that has committed.
      if (replayed || refund.state !== 'pending' || scope.inTransaction) return asking;
      await sendNow(scope, refund.id);
      return { ...(await refundedOrder(scope, refund.id)), replayed };
    }),
  };
}

/** Nobody knows what became of a call without an answer: the job asks. */
async function sendNow(scope: Scope, refund: string): Promise<void> {
  try {
    await sendRefund(scope, refund);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.outcome === 'not_done') throw error;
    scope.logger.warn({ refund, code: error.code }, 'nobody knows yet whether a refund was sent');
  }
}

/** The verbs of `payments`. */
export function bindPayments(binding: Binding): PaymentVerbs {
  return {
    webhook: (input) => binding.command((scope) => takeWebhook(scope, readWebhook(input))),
    list: reads(binding, listPaymentsInput, listPayments),
  };
}

/** The body is looked at by the gateway alone. */
function readWebhook({ rawBody, ...rest }: Parameters<PaymentVerbs['webhook']>[0]) {
  const { gateway } = readInput(webhookInput, rest);
  return { gateway, headers: rest.headers, rawBody };
}

function reads<I, T>(binding: Binding, shape: z.ZodType<I>, operation: Operation<I, T>) {
  return async (input?: unknown): Promise<T> => {
    const asked = readInput(shape, binding.whole(input));
    return binding.read((scope) => operation(scope, asked));
  };
}

function commands<I, T>(binding: Binding, shape: z.ZodType<I>, operation: Operation<I, T>) {
  return async (input?: unknown): Promise<T> => {
    const asked = readInput(shape, binding.whole(input));
    return binding.command((scope) => operation(scope, asked));
  };
}
