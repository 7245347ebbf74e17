/**
 * Undoing use: units return to the grants that paid, newest position first, never more than was taken.
 *
 * With `of`, that spend, whatever period it was in. Without, the party's own spends, newest first, as far as
 * their grants are still live.
 */
import { type CustomerRow, lockCustomer, type Party, partyIdOf } from '../../customers/index.ts';
import { checkAmount, NotFoundError, requestHash, type Scope } from '../../kernel/index.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { keepReturn } from '../keep-return.ts';
import { findStanding, usesUnder } from '../keys.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { keyAt, returnUses } from '../return-uses.ts';
import type { Use } from '../use.ts';
import { writeDraft } from '../write-draft.ts';
import { listUses, type UsesAsked } from './list-uses.ts';

export type GiveBack = {
  readonly customer: string;
  readonly unit: string;
  /** The `transferId` of the spend. */
  readonly of?: string | undefined;
  /** In uses; with `of`, all that is left of it unless said, without `of` 1. */
  readonly amount?: number | undefined;
  readonly usedBy?: Party | undefined;
  readonly key?: string | undefined;
  /** True: an operator's reversal, which leaves the spend's own key taken. */
  readonly reversal?: boolean | undefined;
  readonly source: string;
};

export type GivenBack = {
  readonly returned: number;
  readonly figures: Figures;
  readonly replayed: boolean;
};

/**
 * Gives back `amount` uses.
 *
 * @throws {NotFoundError} `of` names no spend of this customer.
 * @throws {InvalidStateError} More than is left of the spend, or of the party's spends; nothing is written.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function giveBack(scope: Scope, input: GiveBack): Promise<GivenBack> {
  if (input.amount !== undefined) checkAmount(input.amount);
  const usedById = input.usedBy ? await partyIdOf(scope, input.usedBy) : null;
  return scope.transaction((inner) => giveBackUnderLocks(inner, { input, usedById }));
}

async function giveBackUnderLocks(
  scope: Scope,
  { input, usedById }: { input: GiveBack; usedById: number | null },
): Promise<GivenBack> {
  const customer = await lockCustomer(scope, { customer: input.customer, mode: 'share' });
  const asked = { customerId: customer.id, unit: input.unit, of: input.of, usedById };
  const known = await listUses(scope, asked);
  if (input.of !== undefined && !known.some((use) => use.unit === input.unit))
    throw new NotFoundError('transfer', input.of);
  const opened = await openUses(scope, { customer, unit: input.unit, uses: known });
  const figures = () => figuresOf(opened[0].draft.balance);
  const keyed = keyedBy(input, usedById);
  const before = keyed && (await returnedUnder(scope, { keyed, opened, uses: known }));
  if (before !== null) return { returned: before, figures: figures(), replayed: true };
  const uses = await lockedUses(scope, { asked, known });
  const returned = returnUses(
    opened.map(({ draft }) => draft),
    {
      ...{ uses, keyed, wanted: wantedBy(input), isLiveOnly: input.of === undefined },
      kind: input.reversal ? 'reversal' : 'give_back',
    },
  );
  for (const one of opened) await writeDraft(scope, one);
  for (const { use, units } of returned)
    await keepReturn(scope, { ...use, units, reversed: input.reversal === true });
  const total = returned.reduce((sum, { use, units }) => sum + units / use.cost, 0);
  return { returned: total, figures: figures(), replayed: false };
}

/** The balances the uses lie on, the unit's own first, with who paid for them. */
async function openUses(
  scope: Scope,
  { customer, unit, uses }: { customer: CustomerRow; unit: string; uses: readonly Use[] },
): Promise<[Opened, ...Opened[]]> {
  const units = [...new Set([unit, ...uses.map((use) => use.unit)])];
  const [own, ...others] = await openBalances(
    scope,
    units.map((one) => ({
      customer,
      unit: one,
      stretches: uses.filter((use) => use.unit === one).map((use) => use.whole),
    })),
  );
  if (!own) throw new Error(`The balance of ${unit} was not opened.`);
  return [own, ...others];
}

/** Read again, now that nobody else can capture or give back: of those that were known when the balances were opened. */
async function lockedUses(
  scope: Scope,
  { asked, known }: { asked: UsesAsked; known: readonly Use[] },
): Promise<Use[]> {
  const uses = await listUses(scope, asked);
  return uses.filter(({ balanceId, sequence }) =>
    known.some((use) => use.balanceId === balanceId && use.sequence === sequence),
  );
}

function wantedBy({ amount, of }: GiveBack): number | undefined {
  return amount ?? (of === undefined ? 1 : undefined);
}

type Keyed = { readonly key: string; readonly requestHash: bigint };

function keyedBy(
  { unit, of, amount, key, reversal }: GiveBack,
  usedBy: number | null,
): Keyed | null {
  if (key === undefined) return null;
  const verb = reversal ? 'reverse' : 'giveBack';
  const request = { verb, unit, of: of ?? null, amount: amount ?? null, usedBy };
  return { key, requestHash: requestHash(request) };
}

/** What came back under the key before, in uses; `null` when the key is free. */
async function returnedUnder(
  scope: Scope,
  asked: { keyed: Keyed; opened: readonly Opened[]; uses: readonly Use[] },
): Promise<number | null> {
  const { key, requestHash: hash } = asked.keyed;
  const balanceIds = asked.opened.map(({ draft }) => draft.balance.id);
  if (!(await findStanding(scope, { balanceIds, key, hash }))) return null;
  return usesUnder(scope, { balanceIds, keys: asked.uses.map((_, index) => keyAt(key, index)) });
}
