/** What a withdrawal can be, and what may become of it. Pure. */

export const withdrawalStatuses = [
  ...(['pending', 'approved', 'sending', 'unknown'] as const),
  ...(['paid', 'failed', 'rejected', 'canceled'] as const),
] as const;

export type WithdrawalStatus = (typeof withdrawalStatuses)[number];

/** The moves there are; from what is not named here, none. Once it is sent, only what the driver says moves it. */
const moves: Readonly<Partial<Record<WithdrawalStatus, readonly WithdrawalStatus[]>>> = {
  pending: ['approved', 'paid', 'rejected', 'canceled'],
  approved: ['sending', 'paid', 'rejected', 'canceled'],
  sending: ['unknown', 'paid', 'failed'],
  unknown: ['paid', 'failed'],
};

/** True where a withdrawal may go from the one status to the other. */
export function mayMove(from: WithdrawalStatus, to: WithdrawalStatus): boolean {
  return moves[from]?.includes(to) ?? false;
}

/** True while money may be on its way, and nobody but the driver knows. */
export function isOnItsWay(status: WithdrawalStatus): boolean {
  return status === 'sending' || status === 'unknown';
}
