/** Undoing uses on drafts: newest first, credits before the quota they were split with. Pure; nothing here knows SQL. */
import type { Draft } from './draft.ts';
import { InvalidStateError } from './errors.ts';
import { post } from './post.ts';
import { returnStretch } from './return-stretch.ts';
import { lastOf, type Use, unitsOf } from './use.ts';

/** Units of one use that came back. */
export type Returned = { readonly use: Use; readonly units: number };

export type ReturnUses = {
  readonly uses: readonly Use[];
  /** In uses; left out, all that can be. */
  readonly wanted: number | undefined;
  /** Only what was paid by grants that are still open: the rest belongs to a period that is over. */
  readonly isLiveOnly: boolean;
  readonly keyed: { readonly key: string; readonly requestHash: bigint } | null;
  /** A reversal is an operator's undoing; a give-back the use's own. */
  readonly kind: 'give_back' | 'reversal';
};

/**
 * Posts the give-backs and returns their units to the grants that paid.
 * @throws {InvalidStateError} More is wanted than can be given back, or there is nothing; nothing was posted.
 */
export function returnUses(
  drafts: readonly Draft[],
  { uses, wanted, isLiveOnly, keyed, kind }: ReturnUses,
): Returned[] {
  const on = ({ balanceId }: Use) => drafts.find((draft) => draft.balance.id === balanceId);
  const returnable = uses.flatMap((use) => {
    const draft = on(use);
    if (!draft) return [];
    return [{ draft, use, left: isLiveOnly ? liveUnits(draft, use) : unitsOf(use.kept) }];
  });
  const most = returnable.reduce((sum, { use, left }) => sum + Math.floor(left / use.cost), 0);
  let rest = wanted ?? most;
  if (rest > most || rest === 0) {
    throw new InvalidStateError(`${rest} asked back, ${most} can be given back.`, {
      requested: rest,
      returnable: most,
    });
  }
  const returned: Returned[] = [];
  for (const { draft, use, left } of returnable) {
    const units = Math.min(rest, Math.floor(left / use.cost)) * use.cost;
    if (units === 0) continue;
    rest -= units / use.cost;
    returnUnits(
      draft,
      { use, units, kind },
      keyed && { ...keyed, key: keyAt(keyed.key, returned.length) },
    );
    returned.push({ use, units });
  }
  return returned;
}

/** The key of a give-back's entries: its own on the first, a word of it on those that follow. */
export function keyAt(key: string, index: number): string {
  return index === 0 ? key : `${key}#${index + 1}`;
}

function returnUnits(
  draft: Draft,
  { use, units, kind }: Returned & Pick<ReturnUses, 'kind'>,
  keyed: { key: string; requestHash: bigint } | null,
): void {
  post(draft, {
    kind,
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
      ...keyed,
    },
  });
  for (const stretch of lastOf(use.kept, units)) returnStretch(draft, stretch, draft.now);
}

/** How far back from its newest position a use was paid by grants that are still open. */
function liveUnits(draft: Draft, use: Use): number {
  const isOver = (grantId: number) => !draft.grants.find((grant) => grant.id === grantId)?.open;
  let units = 0;
  for (const { from, to } of [...use.kept].reverse()) {
    const over = draft.draws
      .filter((row) => row.from < to && row.to > from && isOver(row.grantId))
      .reduce((latest, row) => Math.max(latest, Math.min(row.to, to)), from);
    units += to - over;
    if (over > from) break;
  }
  return units;
}
