/** What a spend or a hold that was booked answers, and the news of it: the same whether it came alone or shared a commit. */
import { news } from '../events/index.ts';
import type { Scope } from '../kernel/index.ts';
import { movedNews, transferId } from './entry-news.ts';
import { type Figures, figuresOf } from './figures.ts';
import { queueUpdate } from './news.ts';
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
  const told = { unit, customer, balanceId };
  if (!input.hold) {
    const entry = { sequence, kind: 'debit', amount: 0 - amount, settledAfter: settled } as const;
    queueUpdate(scope, told, entry);
    return;
  }
  const hold = { id: input.hold.id, isOver: false };
  const said = movedNews(told, { sequence, kind: 'hold', amount: 0, heldAmount: amount, hold });
  if (said) scope.queue(news(scope, said));
}
