/** Taking what is left of a grant out of the books. */
import { lockCustomer } from '../../customers/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { findGrant } from '../find-grant.ts';
import { closeGrant } from '../grant-moves.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

/** How much was taken out of the unit's balance, and what the balance says since. */
export type VoidedGrant = {
  readonly customer: string;
  readonly unit: string;
  readonly amount: number;
  readonly figures: Figures;
};

/**
 * Voids a grant: its remainder goes by one entry, what was spent of it stays spent.
 *
 * @param input.grant `grt_<number>`.
 * @param input.customer Given, the grant must be this customer's.
 * @throws {NotFoundError} No such grant.
 * @throws {InvalidStateError} It is over already, or it is a plan's quota: the plan would bring it again.
 */
export async function voidGrant(
  scope: Scope,
  input: { grant: string; customer?: string | undefined },
): Promise<VoidedGrant> {
  const found = await findGrant(scope, input.grant);
  const isOthers = input.customer !== undefined && found?.customer !== input.customer;
  if (!found || isOthers) throw new NotFoundError('grant', input.grant);
  return scope.transaction(async (inner) => {
    const customer = await lockCustomer(inner, { customer: found.customer, mode: 'share' });
    const opened = await openBalance(inner, { customer, unit: found.unit });
    const grant = opened.draft.grants.find((one) => one.id === found.id);
    if (!grant || grant.closedAt !== null)
      throw new InvalidStateError(`Grant ${input.grant} is over.`, { grant: input.grant });
    if (grant.source === 'plan')
      throw new InvalidStateError(`Grant ${input.grant} is a plan's quota: change the quota.`, {
        grant: input.grant,
      });
    const before = grant.removed;
    closeGrant(opened.draft, grant, { kind: 'void', at: opened.draft.now });
    await writeDraft(inner, opened);
    const { customer: whose, unit } = found;
    return {
      customer: whose,
      unit,
      amount: grant.removed - before,
      figures: figuresOf(opened.draft.balance),
    };
  });
}
