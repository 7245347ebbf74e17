/** Naming payers for what was drawn, also where no grant was there to draw from. Pure. */
import type { Draft, GrantRow } from './draft.ts';
import type { Outlook } from './foresee.ts';
import { creditGrant } from './grant-moves.ts';
import { attribute, draw } from './post.ts';
import { UNLIMITED_USE } from './return-stretch.ts';
import { baseOf } from './windows.ts';

/**
 * Names a payer for everything drawn so far. Under a source without limit that source pays before any other grant;
 * what a soft quota let through becomes overage. Post-paid balances keep the gap: it is what the customer owes.
 */
export function cover(draft: Draft, outlook: Outlook): void {
  const { balance } = draft;
  const planned = draft.grants.filter((grant) => grant.open && grant.source === 'plan');
  const unlimited = planned.find((grant) => grant.unlimited);
  if (unlimited) bookUse(draft, unlimited, 'plan');
  attribute(draft);
  const last = planned.at(-1);
  if (last && outlook.unit.kind === 'metered' && !balance.ownLimits)
    bookUse(draft, last, 'overage');
}

function bookUse(draft: Draft, under: GrantRow, source: 'plan' | 'overage'): void {
  const { balance } = draft;
  const amount = balance.drawn - balance.attributed;
  if (amount <= 0) return;
  const word = source === 'plan' ? UNLIMITED_USE : '/overage/';
  const reference = `${baseOf(under)}${word}${balance.drawn}`;
  const { grant } = creditGrant(
    draft,
    { source, reference, amount, createdAt: balance.changedAt, expiresAt: under.expiresAt },
    {},
    balance.changedAt,
  );
  grant.free = 0;
  draw(draft, grant, amount);
}
