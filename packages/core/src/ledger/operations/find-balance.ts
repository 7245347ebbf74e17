/** Reading a balance as it is now, down to its grants and quotas. Reads write nothing and lock nothing. */
import { type CustomerRow, findCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { type Draft, type GrantRow, UNWRITTEN } from '../draft.ts';
import { grantName } from '../entry-news.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { projectBalance } from '../open-balances.ts';
import type { QuotaWindow, SubWindow } from '../plan.ts';
import { openGrants } from '../post.ts';
import { freeOf, issuedOf, reservedIn, usedIn } from '../windows.ts';

export type ProjectedGrant = {
  /** `null` for what is due but not booked yet: the next command books it. */
  readonly id: string | null;
  readonly source: string;
  readonly reference: string | null;
  readonly amount: number;
  readonly remaining: number;
  readonly priority: number;
  readonly effectiveAt: Date;
  readonly expiresAt: Date | null;
};

export type ProjectedWindow = {
  readonly window: QuotaWindow;
  /** `null` when unlimited. */
  readonly granted: number | null;
  /** Drawn from this window's quota, what is reserved included. */
  readonly used: number;
  readonly left: number;
  /** Used beyond the quota, for example of a soft one. */
  readonly overage: number;
};

export type Projected = Figures & {
  /** What of `held` the windows in force and the open grants pay; the rest is of a period that is over. */
  readonly reserved: number;
  /** What its row said by itself in the same moment; `null` when something was due, or there is none. */
  readonly row: Figures | null;
  readonly exists: boolean;
  /** Nothing new goes out of it: it is stopped, or its customer is. */
  readonly frozen: boolean;
  /** In the order they are spent; those with nothing left too, while they are open. */
  readonly grants: readonly ProjectedGrant[];
  readonly windows: readonly ProjectedWindow[];
  readonly subWindow: SubWindow | null;
};

/** A customer nobody has seen: what reads answer for. */
export function strangerAt(scope: Scope, customer: string): CustomerRow {
  return {
    id: 0,
    externalId: customer,
    kind: 'user',
    email: null,
    name: null,
    locale: null,
    timeZone: 'UTC',
    createdAt: scope.now,
    updatedAt: scope.now,
    frozenAt: null,
    erasedAt: null,
  };
}

/**
 * The balance as it would be if it were caught up now; the zero form, with full quotas, when nobody has touched it.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function readBalance(
  scope: Scope,
  { customer, unit }: { customer: string; unit: string },
): Promise<Projected> {
  const row = (await findCustomer(scope, customer)) ?? strangerAt(scope, customer);
  const {
    draft,
    outlook,
    exists,
    row: asRead,
  } = await projectBalance(scope, {
    ...{ customer: row, unit, withHeld: true },
  });
  return {
    ...figuresOf(draft.balance),
    exists,
    reserved: reservedIn(draft, outlook.plan),
    row: exists && asRead.validUntil > draft.now ? asRead : null,
    frozen: outlook.frozen,
    grants: openGrants(draft).map(projected),
    windows: outlook.plan.windows.map((window) => projectedWindow(draft, window)),
    subWindow: outlook.plan.subWindow,
  };
}

function projected(grant: GrantRow): ProjectedGrant {
  return {
    id: grant.id < UNWRITTEN ? grantName(grant.id) : null,
    source: grant.source,
    reference: grant.reference,
    amount: grant.amount,
    remaining: grant.free,
    priority: grant.priority,
    effectiveAt: grant.effectiveAt,
    expiresAt: grant.expiresAt,
  };
}

function projectedWindow(draft: Draft, window: QuotaWindow): ProjectedWindow {
  const used = usedIn(draft, window);
  return {
    window,
    granted: window.quota,
    used,
    left: freeOf(issuedOf(draft, window)),
    overage: window.quota === null ? 0 : Math.max(0, used - window.quota),
  };
}
