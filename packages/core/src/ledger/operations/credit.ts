/** Putting units on a balance: every credit makes a grant, and is caught up for first, so that burn order holds. */
import { lockCustomer } from '../../customers/index.ts';
import { checkAmount, requestHash, type Scope, ValidationError } from '../../kernel/index.ts';
import { type Draft, type EntryRow, type GrantRow, later, UNLIMITED } from '../draft.ts';
import { grantName, transferId } from '../entry-news.ts';
import { InvalidStateError, LimitExceededError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { creditGrant } from '../grant-moves.ts';
import { findKeyed, standing } from '../keys.ts';
import { openBalance } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { writeDraft } from '../write-draft.ts';

export type Credit = {
  readonly customer: string;
  readonly unit: string;
  /** Above zero, in the unit's minor unit. */
  readonly amount: number;
  /** Where it comes from; `top_up` unless said. */
  readonly grantSource?: string | undefined;
  readonly reference?: { readonly type: string; readonly id: string } | undefined;
  readonly expiresAt?: Date | undefined;
  /** With `waits`, it counts from then; without, at once. */
  readonly effectiveAt?: Date | undefined;
  readonly waits?: boolean | undefined;
  /** Smaller is spent earlier; 0 unless said. */
  readonly priority?: number | undefined;
  readonly key?: string | undefined;
  readonly source: string;
};

export type Credited = {
  readonly figures: Figures;
  readonly transferId: string | null;
  readonly grant: string | null;
  readonly replayed: boolean;
};

/**
 * Credits `amount` as a grant of its own; a balance below zero is filled first.
 *
 * @returns `transferId` is `null` for a grant that waits for its start.
 * @throws {InvalidAmountError} Not a whole number above zero.
 * @throws {ValidationError} It would expire before it began.
 * @throws {InvalidStateError} The unit is a gauge: a gauge has a level, not grants.
 * @throws {LimitExceededError} The balance would pass its ceiling; nothing is written.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function credit(scope: Scope, input: Credit): Promise<Credited> {
  checkAmount(input.amount);
  if (!isDatedRight(scope, input)) throw endsBeforeStart();
  return scope.transaction((inner) => creditUnderLock(inner, input));
}

async function creditUnderLock(scope: Scope, input: Credit): Promise<Credited> {
  const customer = await lockCustomer(scope, { customer: input.customer, mode: 'share' });
  const opened = await openBalance(scope, { customer, unit: input.unit });
  const { draft, outlook } = opened;
  if (outlook.unit.kind === 'gauge')
    throw new InvalidStateError(`${input.unit} is a gauge: set its level instead.`);
  const hash = creditHash(input);
  if (input.key !== undefined) {
    const first = standing(
      await findKeyed(scope, { balanceId: draft.balance.id, key: input.key }),
      { key: input.key, hash },
    );
    if (first) {
      await writeDraft(scope, opened);
      return {
        figures: figuresOf(draft.balance),
        transferId: transferId(draft.balance.id, first.sequence),
        grant: null,
        replayed: true,
      };
    }
  }
  const { ceiling, settled } = draft.balance;
  if (ceiling !== UNLIMITED && settled + input.amount > ceiling) {
    throw new LimitExceededError({ unit: input.unit, amount: input.amount, limit: ceiling });
  }
  const { grant, entry } = creditGrant(
    draft,
    {
      source: input.grantSource ?? 'top_up',
      amount: input.amount,
      priority: input.priority,
      effectiveAt: input.effectiveAt,
      expiresAt: input.expiresAt,
      waits:
        input.waits === true && input.effectiveAt !== undefined && input.effectiveAt > draft.now,
    },
    {
      reference: input.reference,
      key: input.key,
      requestHash: input.key === undefined ? undefined : hash,
    },
  );
  const keeper = entry ?? keepKey(draft, grant, { key: input.key, requestHash: hash });
  attribute(draft);
  await writeDraft(scope, opened);
  return {
    figures: figuresOf(draft.balance),
    transferId: keeper ? transferId(draft.balance.id, keeper.sequence) : null,
    grant: grantName(grant.id),
    replayed: false,
  };
}

/** It does not expire before it begins, nor before now. */
export function isDatedRight(scope: Scope, { effectiveAt, expiresAt }: Credit): boolean {
  return !expiresAt || expiresAt > later(effectiveAt ?? scope.now, scope.now);
}

/** What makes two credits under one key the same. */
export function creditHash(input: Credit): bigint {
  return requestHash(requestOf(input));
}

/** A grant that waits has no credit yet; its key is kept on an entry that moves nothing. */
function keepKey(
  draft: Draft,
  grant: GrantRow,
  { key, requestHash }: { key: string | undefined; requestHash: bigint },
): EntryRow | null {
  if (key === undefined) return null;
  return post(draft, {
    kind: 'adjustment',
    amount: 0,
    facts: { grantId: grant.id, key, requestHash },
  });
}

function requestOf(input: Credit): object {
  const { unit, amount, grantSource, reference, expiresAt, effectiveAt, priority } = input;
  return {
    verb: 'credit',
    unit,
    amount,
    grantSource: grantSource ?? null,
    reference: reference ?? null,
    expiresAt: expiresAt?.toISOString() ?? null,
    effectiveAt: effectiveAt?.toISOString() ?? null,
    priority: priority ?? 0,
  };
}

function endsBeforeStart(): ValidationError {
  return new ValidationError([
    { pointer: '/expiresAt', detail: 'must lie in the future, and after its start' },
  ]);
}
