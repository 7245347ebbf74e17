/** A payment as code has it, and what its row becomes by what a gateway says. The merging is pure. */
import { unitOf } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import {
  type DisputeFact,
  type GatewaySum,
  type PaymentState,
  rescaleSum,
} from '../orders/index.ts';

export type PaymentRow = {
  readonly id: string;
  readonly order: string;
  readonly gateway: string;
  readonly externalId: string | null;
  readonly sum: GatewaySum;
  readonly request: PaymentRequest;
  readonly state: PaymentState | 'creating';
  readonly stateAt: Date;
  readonly refusal: 'refused' | 'error' | null;
  readonly refusalAt: Date | null;
  readonly livemode: boolean | null;
  readonly refunded: number;
  readonly disputed: boolean;
  /** By their ids at the gateway. */
  readonly disputes: Readonly<Record<string, Dispute>>;
  readonly flagged: string | null;
  readonly createdAt: Date;
};

/** How a dispute stands, and of how much of the payment it is, in the payment's own parts. */
export type Dispute = { readonly state: DisputeFact['state']; readonly amount: number };

/** What is asked with, beside the order. */
export type PaymentRequest = {
  readonly kind: 'checkout' | 'intent';
  readonly description: string;
  readonly returnUrl?: string | undefined;
  readonly cancelUrl?: string | undefined;
  readonly externalCustomer?: string | undefined;
  readonly offSession?: boolean | undefined;
};

/** What orders cost, as gateways take it. */
export function sumOf(scope: Scope, currency: string, amount: number): GatewaySum {
  return { amount, currency, scale: unitOf(scope, currency).scale };
}

/** In the payment's own parts; `null` when they cannot tell it. */
export function partsOf(row: PaymentRow, sum: GatewaySum): number | null {
  return rescaleSum(sum, row.sum.scale);
}

/** What was said of a payment, and when it was so at the gateway. */
export type Said = {
  readonly state: PaymentState;
  readonly at: Date;
  readonly refunded: number;
  readonly disputed: boolean;
  readonly dispute?: (Dispute & { readonly id: string }) | undefined;
};

export type Merged = Pick<
  PaymentRow,
  'state' | 'stateAt' | 'refusal' | 'refusalAt' | 'refunded' | 'disputed' | 'disputes'
>;

/** Of two words of one instant the later line wins. */
const ranks: readonly PaymentRow['state'][] = [
  ...(['creating', 'unknown', 'open', 'processing'] as const),
  ...(['needs_capture', 'needs_payment_method', 'needs_action', 'canceled', 'succeeded'] as const),
];

const refusalOf: Readonly<Partial<Record<PaymentRow['state'], 'refused' | 'error'>>> = {
  needs_payment_method: 'refused',
  needs_action: 'error',
};

/**
 * The row with one more word in it. Whatever the order of words, and however often each comes, the end is the same: `succeeded`
 * stands above all, then `canceled`; of the rest, and of refusals by themselves, the latest does.
 */
export function merge(row: Merged, said: Said): Merged {
  const refusal = refusalOf[said.state] ?? null;
  const isRefusal =
    refusal !== null && isLater(row.refusalAt, row.refusal, { at: said.at, word: refusal });
  const wins = isAbove(row, said);
  return {
    state: wins ? said.state : row.state,
    stateAt: wins ? said.at : row.stateAt,
    refusal: isRefusal ? refusal : row.refusal,
    refusalAt: isRefusal ? said.at : row.refusalAt,
    refunded: Math.max(row.refunded, said.refunded),
    disputed: row.disputed || said.disputed,
    disputes: mergeDispute(row.disputes, said.dispute),
  };
}

/** How disputes go: what is lost stays so, whatever is told of how it was before. */
const stages: readonly Dispute['state'][] = ['inquiry', 'open', 'won', 'lost'];

function mergeDispute(known: Merged['disputes'], said: Said['dispute']): Merged['disputes'] {
  if (!said) return known;
  const { id, state, amount } = said;
  const own = Object.hasOwn(known, id) ? known[id] : undefined;
  const stage = Math.max(stages.indexOf(state), own ? stages.indexOf(own.state) : 0);
  const merged = { state: stages[stage] ?? state, amount: Math.max(amount, own?.amount ?? 0) };
  return { ...known, [id]: merged };
}

function isLater(
  than: Date | null,
  word: string | null,
  said: { at: Date; word: string },
): boolean {
  if (than === null) return true;
  const difference = said.at.getTime() - than.getTime();
  return difference > 0 || (difference === 0 && word === 'refused' && said.word === 'error');
}

function isAbove(row: Merged, said: Said): boolean {
  const over = ranks.indexOf('canceled');
  const [own, other] = [ranks.indexOf(row.state), ranks.indexOf(said.state)];
  // Nobody knew more than that it was asked for.
  if (row.state === 'creating') return true;
  const difference = said.at.getTime() - row.stateAt.getTime();
  // Of an end it counts when it was first so.
  if (own >= over || other >= over) return other > own || (other === own && difference < 0);
  return difference > 0 || (difference === 0 && other > own);
}
