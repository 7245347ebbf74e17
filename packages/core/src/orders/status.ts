/** What an order is at an instant, and what may become of it. Pure. */

export const orderStatuses = [
  'pending',
  'paid',
  'refused',
  'error',
  'expired',
  'partly_refunded',
  'refunded',
  'canceled',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

const open: readonly OrderStatus[] = ['pending', 'refused', 'error'];
const held: readonly OrderStatus[] = ['paid', 'partly_refunded'];

/** The moves there are (SPEC 8.21); from what is not named here, none. */
const moves: Readonly<Partial<Record<OrderStatus, readonly OrderStatus[]>>> = {
  pending: ['paid', 'refused', 'error', 'canceled'],
  refused: ['paid', 'refused', 'error', 'pending', 'canceled'],
  error: ['paid', 'refused', 'error', 'pending', 'canceled'],
  paid: ['expired', 'partly_refunded', 'refunded'],
  partly_refunded: ['expired', 'refunded'],
};

type Moments = {
  readonly status: OrderStatus;
  readonly lapsesAt: Date;
  readonly expiresAt: Date | null;
};

/** What it is at `at`: what lapsed or expired by then is so, whether anybody has stored it or not. */
export function statusAt({ status, lapsesAt, expiresAt }: Moments, at: Date): OrderStatus {
  if (open.includes(status) && lapsesAt <= at) return 'canceled';
  if (held.includes(status) && expiresAt !== null && expiresAt <= at) return 'expired';
  return status;
}

/** True while it can still be paid. */
export function isOpen(status: OrderStatus): boolean {
  return open.includes(status);
}

/** True for one that was paid and gives what it gives. */
export function isHeld(status: OrderStatus): boolean {
  return held.includes(status);
}

/** True where an order may go from the one status to the other. */
export function mayMove(from: OrderStatus, to: OrderStatus): boolean {
  return moves[from]?.includes(to) ?? false;
}
