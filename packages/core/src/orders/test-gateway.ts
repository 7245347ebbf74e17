/**
 * A gateway without a processor: for demos, for tests, and for hosts that sell nothing yet.
 *
 * It keeps the promises of the contract (keys, exact sums, signed webhooks) in memory, and ends with the process. No money
 * moves, so it must never stand where money is meant to.
 */
import { canonicalJson, newId, systemClock } from '../kernel/index.ts';
import type { CreatePayment, GatewayPayment, GatewayRefund, PaymentState } from './gateway.ts';
import {
  GatewayAuthorizationError,
  GatewayDuplicateError,
  type GatewayOutcome,
  GatewayUnavailableError,
  GatewayValidationError,
} from './gateway-errors.ts';
import { type GatewaySum, rescaleSum } from './gateway-sum.ts';
import { readWebhook, writeWebhook } from './test-gateway-events.ts';
import {
  readSecrets,
  type TestFailure,
  type TestGateway,
  type TestGatewayOptions,
} from './test-gateway-options.ts';

const stateAfter = {
  succeed: 'succeeded',
  refuse: 'needs_payment_method',
  need_action: 'needs_action',
  delay: 'processing',
  cancel: 'canceled',
  // What was done before the answer was lost was done well.
  fail_after: 'succeeded',
} as const satisfies Record<string, PaymentState>;

/**
 * A gateway that does what `options` script, and what its own verbs do by hand.
 * @throws {ConfigurationError} A webhook secret is empty.
 */
export function testGateway(options: TestGatewayOptions = {}): TestGateway {
  const { name = 'test', toleranceSeconds = 300, clock = systemClock } = options;
  const secrets = readSecrets(options.webhookSecret);
  const payments = new Map<string, Kept>();
  const refunds: GatewayRefund[] = [];
  const once = rememberKeys(name);
  const nextPayment = scripted(options.payments);
  const nextRefund = scripted(options.refunds);

  function kept(id: string): Kept {
    const found = payments.get(id);
    if (!found) throw refusal(name, 'there is no such payment', 'payment');
    return found;
  }

  function settle(id: string, outcome: keyof typeof stateAfter, received?: GatewaySum) {
    const payment = kept(id);
    payment.state = stateAfter[outcome];
    payment.received = payment.state === 'succeeded' ? (received ?? payment.asked.sum) : null;
    return shown(payment);
  }

  return {
    name,
    chargesOffSession: true,
    async createPayment(input) {
      checkPayment(name, input);
      return once(input, nextPayment, (outcome) => {
        const id = newId('tpy');
        payments.set(id, { ...fresh, id, asked: input });
        settle(id, outcome);
        return { id, checkout: checkoutOf(id, input), livemode: false };
      });
    },
    fetchPayment: async (id) => shown(kept(id)),
    async refund(input) {
      const payment = kept(input.payment);
      return once(input, nextRefund, (outcome) => {
        const amount = outcome === 'refuse' ? null : sentBack(payment, input.sum);
        if (amount === null) throw refusal(name, 'this cannot be sent back', 'sum');
        payment.refunded += amount;
        const state = outcome === 'delay' ? 'pending' : 'succeeded';
        const refund = { id: newId('trf'), state, sum: input.sum } as const;
        refunds.push(refund);
        return refund;
      });
    },
    parseWebhook: (input) => readWebhook(input, { gateway: name, secrets, toleranceSeconds }),
    payments: () => [...payments.values()].map(shown),
    refunds: () => [...refunds],
    settle: (id, outcome, { received } = {}) => settle(id, outcome, received),
    endRefund: (id, state) => void Object.assign(pendingIn(refunds, name, id), { state }),
    dispute: (id) => shown(Object.assign(kept(id), { disputed: true })),
    webhook(told, { id, at = clock.now() } = {}) {
      const fact =
        typeof told === 'string'
          ? ({ kind: 'payment', payment: shown(kept(told)) } as const)
          : told;
      return writeWebhook(fact, { secret: secrets[0], at, id });
    },
  };
}

type Kept = {
  id: string;
  asked: CreatePayment;
  state: PaymentState;
  received: GatewaySum | null;
  /** At the scale of what was asked. */
  refunded: number;
  disputed: boolean;
};

const fresh = { state: 'open', received: null, refunded: 0, disputed: false } as const;

function shown({ id, asked, state, received, refunded, disputed }: Kept): GatewayPayment {
  return {
    ...{ id, state, received, disputed, livemode: false },
    refunded: { ...asked.sum, amount: refunded },
    metadata: { ...asked.metadata },
  };
}

function pendingIn(refunds: readonly GatewayRefund[], name: string, id: string): GatewayRefund {
  const found = refunds.find((one) => one.id === id && one.state === 'pending');
  if (!found) throw refusal(name, 'there is no such refund', 'refund');
  return found;
}

/** At the scale of what was asked; `null` for more than is left, or for other money than came in. */
function sentBack({ asked, received, refunded }: Kept, sum: GatewaySum): number | null {
  const [came, amount] = [received ?? { ...sum, amount: 0 }, sum].map((one) =>
    rescaleSum(one, asked.sum.scale),
  );
  if (amount == null || amount <= 0 || sum.currency !== received?.currency) return null;
  return amount <= (came ?? 0) - refunded ? amount : null;
}

function checkoutOf(id: string, { kind, returnUrl = '' }: CreatePayment) {
  return kind === 'checkout'
    ? ({ kind: 'redirect', url: returnUrl } as const)
    : ({ kind: 'client_secret', clientSecret: `${id}_secret_${newId('tsc')}` } as const);
}

function checkPayment(gateway: string, { sum, kind, returnUrl }: CreatePayment): void {
  if (!Number.isSafeInteger(sum.amount) || sum.amount <= 0 || !/^[A-Z]{3}$/.test(sum.currency))
    throw refusal(gateway, 'a sum is a whole number above zero of a currency', 'sum');
  if (kind === 'checkout' && !returnUrl)
    throw refusal(gateway, 'a checkout needs an address to return to', 'returnUrl');
}

function refusal(gateway: string, reason: string, field: string): GatewayValidationError {
  return new GatewayValidationError({ gateway, outcome: 'not_done', reason, field });
}

/** One outcome after another, the last for good. */
function scripted<T extends string, I>(
  script: readonly T[] | ((input: I) => T) = [],
): (input: I) => T | 'succeed' {
  if (typeof script === 'function') return script;
  let turn = 0;
  return () => script[Math.min(turn++, script.length - 1)] ?? 'succeed';
}

type NotMade = Exclude<TestFailure, 'fail_after'>;

/** Does a thing once per key, and fails around it as the script says. */
function rememberKeys(gateway: string) {
  const answers = new Map<string, { readonly asked: string; readonly answer: unknown }>();
  const lost = (outcome: GatewayOutcome) => new GatewayUnavailableError({ gateway, outcome });
  return function once<I extends { idempotencyKey: string }, O extends string, T>(
    input: I,
    next: (input: I) => O,
    make: (outcome: Exclude<O, NotMade>) => T,
  ): T {
    const asked = canonicalJson(input);
    const earlier = answers.get(input.idempotencyKey);
    if (earlier && earlier.asked !== asked)
      throw new GatewayDuplicateError({ gateway, outcome: 'not_done' });
    if (earlier) return earlier.answer as T;
    const outcome = next(input);
    if (outcome === 'unreachable') throw lost('not_done');
    if (outcome === 'unauthorized')
      throw new GatewayAuthorizationError({ gateway, outcome: 'not_done' });
    if (outcome === 'fail_before') throw lost('unknown');
    const answer = make(outcome as Exclude<O, NotMade>);
    answers.set(input.idempotencyKey, { asked, answer });
    if (outcome === 'fail_after') throw lost('unknown');
    return answer;
  };
}
