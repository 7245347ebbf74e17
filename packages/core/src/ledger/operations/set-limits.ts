/** Giving one balance a floor and a ceiling of its own. They win over settings and catalogue until taken back. */
import { lockCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { catchUp } from '../catch-up.ts';
import { NO_FLOOR, UNLIMITED } from '../draft.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

export type SetLimits = {
  readonly customer: string;
  readonly unit: string;
  /** Least that may be available; below 0 is an overdraft; `null` for none. Left out: as it is. */
  readonly floor?: number | null | undefined;
  /** Most that a credit may lift it to; `null` for none. Left out: as it is. */
  readonly ceiling?: number | null | undefined;
  /** True: back to the unit's own limits. */
  readonly inherit?: boolean | undefined;
};

/** Sets the limits. A floor above what is available is kept as debt: spending stops, later credits fill it. */
export function setLimits(scope: Scope, input: SetLimits): Promise<Figures> {
  return scope.transaction(async (inner) => {
    const customer = await lockCustomer(inner, { customer: input.customer, mode: 'share' });
    const opened = await openBalance(inner, { customer, unit: input.unit });
    const { balance } = opened.draft;
    balance.ownLimits = input.inherit !== true;
    if (input.inherit) catchUp(opened.draft, opened.outlook);
    else {
      if (input.floor !== undefined) balance.floor = input.floor ?? NO_FLOOR;
      if (input.ceiling !== undefined) balance.ceiling = input.ceiling ?? UNLIMITED;
    }
    await writeDraft(inner, opened);
    return figuresOf(balance);
  });
}
