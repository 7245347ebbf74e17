/** Moving units of one kind between two customers: both entries or none, the expiries of the units taken travel along. */
import { CustomerUnknownError, findCustomer, lockCustomer } from '../../customers/index.ts';
import { checkAmount, requestHash, type Scope } from '../../kernel/index.ts';
import { available, type Draft, UNLIMITED } from '../draft.ts';
import { transferId } from '../entry-news.ts';
import {
  CustomerFrozenError,
  InsufficientBalanceError,
  InvalidStateError,
  LimitExceededError,
} from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { addGrant } from '../grant-moves.ts';
import { findKeyed, standing } from '../keys.ts';
import { type Lot, lotsOf } from '../lots.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { reachOf } from '../split.ts';
import { writeDraft } from '../write-draft.ts';

export type Transfer = {
  readonly from: string;
  readonly to: string;
  readonly unit: string;
  readonly amount: number;
  readonly reference?: { readonly type: string; readonly id: string } | undefined;
  readonly key?: string | undefined;
  readonly source: string;
};

export type Transferred = {
  readonly transferId: string;
  readonly figures: Figures;
  readonly replayed: boolean;
};

/**
 * Moves `amount` from one customer to another.
 *
 * @throws {CustomerUnknownError} Nobody has the name in `to`.
 * @throws {InvalidStateError} To oneself.
 * @throws {InsufficientBalanceError} Less is available; nothing is written.
 * @throws {LimitExceededError} The receiver's ceiling is in the way; nothing is written.
 * @throws {CustomerFrozenError} The sender is frozen.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function transfer(scope: Scope, input: Transfer): Promise<Transferred> {
  checkAmount(input.amount);
  if (input.from === input.to)
    throw new InvalidStateError('A transfer needs two customers.', {
      from: input.from,
      to: input.to,
    });
  if (!(await findCustomer(scope, input.to))) throw new CustomerUnknownError(input.to);
  return scope.transaction((inner) => transferUnderLocks(inner, input));
}

async function transferUnderLocks(scope: Scope, input: Transfer): Promise<Transferred> {
  const [sender, receiver] = await openBoth(scope, input);
  const key =
    input.key === undefined
      ? null
      : { key: input.key, hash: requestHash({ verb: 'transfer', ...input, source: null }) };
  if (key) {
    const first = standing(
      await findKeyed(scope, { balanceId: sender.draft.balance.id, key: key.key }),
      key,
    );
    if (first)
      return {
        transferId: transferId(sender.draft.balance.id, first.sequence),
        figures: figuresOf(sender.draft.balance),
        replayed: true,
      };
  }
  check(input, sender, receiver);
  const from = sender.draft.balance;
  const entry = post(sender.draft, {
    kind: 'debit',
    amount: 0 - input.amount,
    draws: input.amount,
    facts: {
      reference: input.reference,
      counterBalanceId: receiver.draft.balance.id,
      counterSequence: receiver.draft.balance.sequence + 1,
      ...(key && { key: key.key, requestHash: key.hash }),
    },
  });
  attribute(sender.draft);
  receive(receiver.draft, {
    input,
    lots: lotsOf(sender.draft, { from: from.drawn - input.amount, to: from.drawn }),
    pair: { balanceId: from.id, sequence: entry.sequence },
  });
  await writeDraft(scope, sender);
  await writeDraft(scope, receiver);
  return {
    transferId: transferId(from.id, entry.sequence),
    figures: figuresOf(from),
    replayed: false,
  };
}

async function openBoth(scope: Scope, input: Transfer): Promise<[Opened, Opened]> {
  const names = [input.from, input.to].sort();
  const rows = [];
  for (const customer of names) rows.push(await lockCustomer(scope, { customer, mode: 'share' }));
  const opened = await openBalances(
    scope,
    rows.map((customer) => ({ customer, unit: input.unit })),
  );
  const sender = opened.find((one) => one.draft.customer === input.from);
  const receiver = opened.find((one) => one.draft.customer === input.to);
  if (!sender || !receiver) throw new Error('A balance of the transfer was not opened.');
  if (sender.outlook.frozen) throw new CustomerFrozenError(input.from);
  return [sender, receiver];
}

function check({ unit, amount }: Transfer, sender: Opened, receiver: Opened): void {
  const { kind } = sender.outlook.unit;
  if (kind === 'gauge' || kind === 'metered')
    throw new InvalidStateError(
      `${unit} is a feature: its quota is not its customer's to give away.`,
    );
  if (reachOf(sender) < amount)
    throw new InsufficientBalanceError({
      unit,
      amount,
      available: available(sender.draft.balance),
    });
  const { ceiling, settled } = receiver.draft.balance;
  if (ceiling !== UNLIMITED && settled + amount > ceiling)
    throw new LimitExceededError({ unit, amount, limit: ceiling });
}

/** One entry for the whole, a grant per expiry. */
function receive(
  draft: Draft,
  {
    input,
    lots,
    pair,
  }: { input: Transfer; lots: readonly Lot[]; pair: { balanceId: number; sequence: number } },
): void {
  const grants = lots.map((lot) =>
    addGrant(draft, { source: 'transfer', amount: lot.units, expiresAt: lot.expiresAt }),
  );
  post(draft, {
    kind: 'credit',
    amount: input.amount,
    facts: {
      reference: input.reference,
      grantId: grants[0]?.id,
      counterBalanceId: pair.balanceId,
      counterSequence: pair.sequence,
    },
  });
  attribute(draft);
}
