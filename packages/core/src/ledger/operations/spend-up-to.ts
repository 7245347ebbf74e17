/** Spending as much as there is: for work that is done already and must be paid as far as it goes. */
import { featureIdOf } from '../../catalog/index.ts';
import { lockCustomer, type Party, partyIdOf } from '../../customers/index.ts';
import { checkAmount, type Scope } from '../../kernel/index.ts';
import { noticeUse } from '../notice-use.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { post } from '../post.ts';
import { reachOf } from '../split.ts';
import { quotaOf } from '../targets.ts';
import { writeDraft } from '../write-draft.ts';

export type SpendUpTo = {
  readonly customer: string;
  readonly unit: string;
  readonly amount: number;
  readonly usedBy?: Party | undefined;
  readonly credits: { readonly unit: string; readonly cost: number } | null;
};

/**
 * Takes `amount`, or what is available of it; nothing from one who is frozen.
 * @returns What was taken, in uses.
 */
export async function spendUpTo(
  scope: Scope,
  { customer, unit, amount, usedBy, credits }: SpendUpTo,
): Promise<number> {
  checkAmount(amount);
  const usedById = usedBy ? await partyIdOf(scope, usedBy) : null;
  return scope.transaction(async (inner) => {
    const row = await lockCustomer(inner, { customer, mode: 'share' });
    const units = credits ? [unit, credits.unit] : [unit];
    const opened = await openBalances(
      inner,
      units.map((one) => ({ customer: row, unit: one })),
    );
    const featureId = credits ? await featureIdOf(inner, unit) : null;
    const taken = opened.some(({ outlook }) => outlook.frozen)
      ? 0
      : spendMore(opened, { units: amount, usedById, featureId, credits });
    for (const one of opened) await writeDraft(inner, one);
    return taken;
  });
}

/** Posts debits on open balances, the unit's own first and then its credits, as far as they reach. */
export function spendMore(
  opened: readonly Opened[],
  input: {
    units: number;
    usedById: number | null;
    featureId: number | null;
    credits: { readonly cost: number } | null;
    key?: string;
    requestHash?: bigint;
  },
): number {
  const { units, usedById, featureId, credits, ...keyed } = input;
  const [own, other] = opened;
  let rest = units;
  for (const { one, cost } of [
    { one: own, cost: 1 },
    { one: other, cost: credits?.cost ?? 1 },
  ]) {
    const uses = one ? Math.min(rest, Math.floor(Math.max(0, reachOf(one)) / cost)) : 0;
    if (!one || uses === 0) continue;
    const before = quotaOf(one.draft, one.outlook.plan).used;
    const isOwn = one === own;
    post(one.draft, {
      kind: 'debit',
      amount: 0 - uses * cost,
      draws: uses * cost,
      facts: { counter: 'usage', usedById, ...keyed, ...(!isOwn && { cost, featureId }) },
    });
    noticeUse(one, before);
    rest -= uses;
  }
  return units - rest;
}
