/** Paying rewards: a grant for each who is rewarded, all in one transaction. Ceilings are no matter: a reward is earned. */
import type { CustomerRow } from '../../customers/index.ts';
import { checkAmount, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../errors.ts';
import { creditGrant } from '../grant-moves.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { attribute } from '../post.ts';
import { writeDrafts } from '../write-draft.ts';

export type CreditRewards = {
  readonly unit: string;
  /** What they are rewarded for. */
  readonly reference: { readonly type: string; readonly id: string };
  /** They count only from then on; at once unless said. */
  readonly effectiveAt: Date | null;
  readonly lines: readonly RewardLine[];
};

export type RewardLine = {
  /** Each once; its row is locked. */
  readonly customer: CustomerRow;
  /** Above zero, in the unit's minor unit. */
  readonly amount: number;
  /** Unique on the balance among rewards: the net beneath. */
  readonly reference: string;
};

/**
 * Credits each line as a grant of source `reward`; a balance below zero is filled first. Needs an open transaction.
 *
 * @returns The grants' ids, in the order of the lines.
 * @throws {InvalidStateError} The unit is a gauge.
 */
export async function creditRewards(
  scope: Scope,
  { unit, reference, effectiveAt, lines }: CreditRewards,
): Promise<number[]> {
  if (lines.length === 0) return [];
  const opened = await openBalances(
    scope,
    lines.map(({ customer }) => ({ customer, unit })),
  );
  const grants = lines.map((line, index) => {
    const { draft, outlook } = opened[index] as Opened;
    if (outlook.unit.kind === 'gauge') throw new InvalidStateError(`${unit} is a gauge.`, { unit });
    const { grant } = creditGrant(
      draft,
      {
        ...{ source: 'reward', amount: checkAmount(line.amount), reference: line.reference },
        effectiveAt: effectiveAt ?? undefined,
        waits: effectiveAt !== null && effectiveAt > draft.now,
      },
      { reference },
    );
    attribute(draft);
    return grant;
  });
  await writeDrafts(scope, opened);
  return grants.map(({ id }) => id);
}
