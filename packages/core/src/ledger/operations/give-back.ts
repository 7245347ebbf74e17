/**
 * Undoing use: units return to the grants that paid, newest position first, never more than was taken.
 *
 * With `of`, that spend, whatever period it was in. Without, the party's own spends, newest first, as far as
 * their grants are still live.
 */
import { lockCustomer, type Party, partyIdOf } from '../../customers/index.ts';
import { checkAmount, NotFoundError, requestHash, type Scope, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { findStanding, usesUnder } from '../keys.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { post } from '../post.ts';
import { returnStretch } from '../return-stretch.ts';
import type { Use } from '../use.ts';
import { writeDraft } from '../write-draft.ts';
import { listUses } from './list-uses.ts';

export type GiveBack = {
  readonly customer: string;
  readonly unit: string;
  /** The `transferId` of the spend. */
  readonly of?: string | undefined;
  /** In uses; with `of`, all that is left of it unless said, without `of` 1. */
  readonly amount?: number | undefined;
  readonly usedBy?: Party | undefined;
  readonly key?: string | undefined;
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
  const known = await listUses(scope, {
    customerId: customer.id,
    unit: input.unit,
    of: input.of,
    usedById,
  });
  if (input.of !== undefined && !known.some((use) => use.unit === input.unit))
    throw new NotFoundError('transfer', input.of);
  const units = [...new Set([input.unit, ...known.map((use) => use.unit)])];
  const opened = await openBalances(
    scope,
    units.map((unit) => ({
      customer,
      unit,
      stretches: known
        .filter((use) => use.unit === unit)
        .map((use) => ({ from: use.from, to: use.from + use.taken })),
    })),
  );
  const own = opened[0];
  if (!own) throw new Error(`The balance of ${input.unit} was not opened.`);
  const hash = requestHash({
    verb: 'giveBack',
    unit: input.unit,
    of: input.of ?? null,
    amount: input.amount ?? null,
    usedBy: usedById,
  });
  const balanceIds = opened.map(({ draft }) => draft.balance.id);
  const { key } = input;
  if (key !== undefined && (await findStanding(scope, { balanceIds, key, hash }))) {
    const keys = known.map((_, index) => keyAt(key, index));
    const returned = await usesUnder(scope, { balanceIds, keys });
    return { returned, figures: figuresOf(own.draft.balance), replayed: true };
  }
  const uses = await lockedUses(scope, { customerId: customer.id, input, usedById, known });
  const keyed = key === undefined ? null : { key, requestHash: hash };
  const returned = returnUses(opened, { uses, input, keyed });
  for (const one of opened) await writeDraft(scope, one);
  await keepReturns(scope, returned);
  return {
    returned: returned.reduce((sum, one) => sum + one.units / one.use.cost, 0),
    figures: figuresOf(own.draft.balance),
    replayed: false,
  };
}

/** Read again, now that nobody else can give back: of those that were known when the balances were opened. */
async function lockedUses(
  scope: Scope,
  asked: { customerId: number; input: GiveBack; usedById: number | null; known: readonly Use[] },
): Promise<Use[]> {
  const { customerId, input, usedById, known } = asked;
  const uses = await listUses(scope, { customerId, unit: input.unit, of: input.of, usedById });
  return uses.flatMap((use) => {
    const before = known.find(
      (one) => one.balanceId === use.balanceId && one.sequence === use.sequence,
    );
    return before ? [{ ...use, taken: Math.min(use.taken, before.taken) }] : [];
  });
}

/** The key of a give-back's entries: its own on the first, a word of it on those that follow. */
function keyAt(key: string, index: number): string {
  return index === 0 ? key : `${key}#${index + 1}`;
}

type Returned = { readonly use: Use; readonly units: number };

function returnUses(
  opened: readonly Opened[],
  {
    uses,
    input,
    keyed,
  }: {
    uses: readonly Use[];
    input: GiveBack;
    keyed: { key: string; requestHash: bigint } | null;
  },
): Returned[] {
  const live =
    input.of === undefined
      ? uses.map((use) => ({ use, left: liveUnits(opened, use) }))
      : uses.map((use) => ({ use, left: use.taken - use.returned }));
  const most = live.reduce((sum, { use, left }) => sum + Math.floor(left / use.cost), 0);
  const wanted = input.amount ?? (input.of === undefined ? 1 : most);
  if (wanted > most || wanted === 0) {
    throw new InvalidStateError(`${wanted} asked back, ${most} can be given back.`, {
      requested: wanted,
      returnable: most,
    });
  }
  let rest = wanted;
  const returned: Returned[] = [];
  for (const { use, left } of live) {
    const units = Math.min(rest, Math.floor(left / use.cost)) * use.cost;
    const draft = opened.find((one) => one.draft.balance.id === use.balanceId)?.draft;
    if (units === 0 || !draft) continue;
    rest -= units / use.cost;
    post(draft, {
      kind: 'give_back',
      amount: units,
      facts: {
        counter: 'usage',
        ofSequence: use.sequence,
        featureId: use.featureId,
        usedById: use.usedById,
        cost: use.cost === 1 ? undefined : use.cost,
        ...(use.referenceType !== null && {
          reference: { type: use.referenceType, id: use.referenceId ?? '' },
        }),
        ...(keyed && { ...keyed, key: keyAt(keyed.key, returned.length) }),
      },
    });
    const end = use.from + use.taken - use.returned;
    returnStretch(draft, { from: end - units, to: end }, draft.now);
    returned.push({ use, units });
  }
  return returned;
}

/** What of a use was paid by grants that are still open: the rest belongs to a period that is over. */
function liveUnits(opened: readonly Opened[], use: Use): number {
  const draft = opened.find((one) => one.draft.balance.id === use.balanceId)?.draft;
  if (!draft) return 0;
  const end = use.from + use.taken - use.returned;
  const over = draft.draws
    .filter(
      (row) =>
        row.from < end &&
        row.to > use.from &&
        !draft.grants.find((grant) => grant.id === row.grantId)?.open,
    )
    .reduce((latest, row) => Math.max(latest, Math.min(row.to, end)), use.from);
  return end - over;
}

async function keepReturns(scope: Scope, returned: readonly Returned[]): Promise<void> {
  for (const { use, units } of returned) {
    await scope.run(sql`
      insert into bursar.returns (tenant_id, balance_id, sequence, units)
      values (${scope.tenant.id}::int, ${use.balanceId}::bigint, ${use.sequence}::bigint, ${units}::bigint)
      on conflict (tenant_id, balance_id, sequence) do update set units = returns.units + excluded.units`);
  }
}
