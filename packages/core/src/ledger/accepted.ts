/** What a spend or a hold that was booked answers, and the news of it: the same whether it came alone or shared a commit. */
import { news } from '../events/index.ts';
import type { Scope } from '../kernel/index.ts';
import { type Figures, figuresOf } from './figures.ts';
import { queueUpdate, transferId } from './news.ts';
import type { Prepared, SpendAnswer } from './spending.ts';

/** The balance just after an entry, and the entry's place in it. */
export type Booked = Omit<Figures, 'available'> & { readonly sequence: number };

/** Queues the news of a booked request and gives its answer. */
export function accepted(
  scope: Scope,
  { balanceId, input, booked }: { balanceId: number; input: Prepared; booked: Booked },
): SpendAnswer {
  tell(scope, { balanceId, input, booked });
  return {
    allowed: true,
    transferId: transferId(balanceId, booked.sequence),
    replayed: false,
    hold: input.hold?.id ?? null,
    figures: figuresOf(booked),
  };
}

function tell(
  scope: Scope,
  { balanceId, input, booked }: { balanceId: number; input: Prepared; booked: Booked },
): void {
  const { unit, customer, amount } = input;
  const { sequence, settled } = booked;
  if (!input.hold) {
    const entry = { sequence, kind: 'debit', amount: 0 - amount, settledAfter: settled } as const;
    queueUpdate(scope, { unit, customer, balanceId, entry });
    return;
  }
  scope.queue(
    news(scope, {
      type: 'hold.created',
      customer,
      sequence,
      subject: { type: 'balance', id: String(balanceId) },
      data: { hold: input.hold.id, unit, amount },
    }),
  );
}
