/** Moving the end of grants: of one, or of all that are open on a balance; not of those that come later. */
import { type CustomerRow, lockCustomer } from '../../customers/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { catchUp } from '../catch-up.ts';
import { type GrantRow, later } from '../draft.ts';
import { InvalidStateError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { findGrant } from '../find-grant.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

export type SetExpiry = {
  readonly customer: string;
  /** When it ends; a moment that has passed ends it now; `null` for never. */
  readonly expiresAt: Date | null;
} & ({ readonly unit: string } | { readonly grant: string });

/** How many grants end then. */
export type Expiring = {
  readonly unit: string;
  readonly grants: number;
  readonly figures: Figures;
};

/**
 * Sets the expiry. What was drawn before stays paid by the grants that paid it; burn order follows the new end from here on.
 *
 * @throws {NotFoundError} The customer has no such grant.
 * @throws {InvalidStateError} The grant is over, or a plan's quota: its end is the period's.
 */
export async function setExpiry(scope: Scope, input: SetExpiry): Promise<Expiring> {
  const found = 'grant' in input ? await findGrant(scope, input.grant) : null;
  if ('grant' in input && found?.customer !== input.customer)
    throw new NotFoundError('grant', input.grant);
  const unit = 'unit' in input ? input.unit : (found?.unit ?? '');
  return scope.transaction(async (inner) => {
    const customer = await lockCustomer(inner, { customer: input.customer, mode: 'share' });
    return move(inner, { customer, unit, only: found?.id ?? null, to: input.expiresAt });
  });
}

async function move(
  scope: Scope,
  asked: { customer: CustomerRow; unit: string; only: number | null; to: Date | null },
): Promise<Expiring> {
  const { unit, only } = asked;
  const opened = await openBalance(scope, { customer: asked.customer, unit });
  const { draft } = opened;
  const grants = draft.grants.filter((grant) => isMovable(grant, only));
  if (only !== null && grants.length === 0)
    throw new InvalidStateError('The grant is over, or a plan’s quota.', { unit });
  for (const grant of grants) {
    grant.expiresAt = asked.to && later(asked.to, later(draft.now, grant.effectiveAt));
  }
  catchUp(draft, opened.outlook);
  await writeDraft(scope, opened);
  return { unit, grants: grants.length, figures: figuresOf(draft.balance) };
}

function isMovable(grant: GrantRow, only: number | null): boolean {
  const isMeant = only === null ? grant.source !== 'plan' : grant.id === only;
  return isMeant && grant.closedAt === null && grant.source !== 'plan';
}
