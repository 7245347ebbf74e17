/** Turning one unit into another at a rate that is kept with the movement: both entries or none. */
import { lockCustomer } from '../../customers/index.ts';
import {
  checkAmount,
  convertAmount,
  document,
  InvalidAmountError,
  json,
  requestHash,
  type Scope,
  sql,
} from '../../kernel/index.ts';
import { findRate, type Rate } from '../../rates/index.ts';
import { available, UNLIMITED } from '../draft.ts';
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
import { convertLots, lotsOf } from '../lots.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { reachOf } from '../split.ts';
import { writeDraft } from '../write-draft.ts';

export type Exchange = {
  readonly customer: string;
  readonly from: string;
  readonly to: string;
  /** Of `from`, in its minor unit. */
  readonly amount: number;
  readonly key?: string | undefined;
};

/** What an exchange keeps beside its paying entry. */
export type ExchangeFacts = {
  readonly received: number;
  readonly of: string;
  readonly per: string;
  readonly source: string;
  /** Since when the rate holds, ISO 8601. */
  readonly at: string;
  /** What was cut off, as a fraction of the smallest part of `to`. */
  readonly residue: string;
};

export type Exchanged = ExchangeFacts & {
  readonly transferId: string;
  readonly given: Figures;
  readonly taken: Figures;
  readonly replayed: boolean;
};

/**
 * Exchanges `amount`. The result is rounded down, so that there and back never gains; the ends of what was given go over to
 * what is received.
 *
 * @throws {RateMissingError} No rate for the pair; nothing is written.
 * @throws {InvalidAmountError} It comes to less than the smallest part of `to`.
 * @throws {InvalidStateError} The two are one unit, or a feature is among them.
 * @throws {InsufficientBalanceError} Less is available. @throws {LimitExceededError} The ceiling of `to` is in the way.
 * @throws {CustomerFrozenError} Exchanges of this customer are stopped.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function exchange(scope: Scope, input: Exchange): Promise<Exchanged> {
  checkAmount(input.amount);
  const { from, to } = input;
  if (from === to) throw new InvalidStateError('An exchange needs two units.', { from, to });
  const rate = await findRate(scope, { from, to });
  return scope.transaction((inner) => exchangeUnderLocks(inner, input, rate));
}

async function exchangeUnderLocks(scope: Scope, input: Exchange, rate: Rate): Promise<Exchanged> {
  const { from, to, amount, key } = input;
  const customer = await lockCustomer(scope, { customer: input.customer, mode: 'share' });
  const units = [from, to].map((unit) => ({ customer, unit }));
  const [given, taken] = await openBalances(scope, units);
  if (!given || !taken) throw new Error('A balance of the exchange was not opened.');
  const balanceId = given.draft.balance.id;
  const hash = requestHash({ verb: 'exchange', from, to, amount });
  const earlier = key === undefined ? null : await findKeyed(scope, { balanceId, key });
  const first = key === undefined ? null : standing(earlier, { key, hash });
  const done = (facts: ExchangeFacts, sequence: number, replayed: boolean): Exchanged => ({
    ...{ ...facts, transferId: transferId(balanceId, sequence), replayed },
    ...{ given: figuresOf(given.draft.balance), taken: figuresOf(taken.draft.balance) },
  });
  if (first) return done(await keptFacts(scope, balanceId, first.sequence), first.sequence, true);
  const facts = worked(input, { given, taken, rate });
  check(input, { given, taken, received: facts.received });
  const sequence = book(input, { given, taken, facts, key, hash });
  await writeDraft(scope, given);
  await writeDraft(scope, taken);
  await keepFacts(scope, { balanceId, sequence }, facts);
  return done(facts, sequence, false);
}

type Sides = { readonly given: Opened; readonly taken: Opened };

function worked(
  { amount, to }: Exchange,
  { given, taken, rate }: Sides & { rate: Rate },
): ExchangeFacts {
  const [source, target] = [given.outlook.unit, taken.outlook.unit];
  const scales = { from: source.scale, to: target.scale, rounding: 'down' } as const;
  const { amount: received, residue } = convertAmount(amount, rate, scales);
  if (received === 0)
    throw new InvalidAmountError(amount, `enough for the smallest part of ${to}: it comes to less`);
  const { of, per, source: said, at } = rate;
  return { received, of, per, source: said, at: at.toISOString(), residue };
}

function check(
  { from, to, amount, customer }: Exchange,
  { given, taken, received }: Sides & { received: number },
): void {
  const kinds = [given, taken].map(({ outlook }) => outlook.unit.kind);
  if (kinds.includes('gauge') || kinds.includes('metered'))
    throw new InvalidStateError('A feature’s quota cannot be exchanged.', { from, to });
  if (given.outlook.frozen) throw new CustomerFrozenError(customer);
  if (reachOf(given) < amount)
    throw new InsufficientBalanceError({
      ...{ unit: from, amount, available: available(given.draft.balance) },
    });
  const { ceiling, settled } = taken.draft.balance;
  if (ceiling !== UNLIMITED && settled + received > ceiling)
    throw new LimitExceededError({ unit: to, amount: received, limit: ceiling });
}

type Booking = Sides & {
  readonly facts: ExchangeFacts;
  readonly key: string | undefined;
  readonly hash: bigint;
};

/** @returns The sequence of the paying entry. */
function book({ amount }: Exchange, { given, taken, facts, key, hash }: Booking): number {
  const [mine, other] = [given.draft.balance, taken.draft.balance];
  const places = { mine: mine.sequence + 1, other: other.sequence + 1 };
  post(given.draft, {
    ...{ kind: 'debit', amount: 0 - amount, draws: amount },
    facts: {
      ...{ counter: 'exchange', counterBalanceId: other.id, counterSequence: places.other },
      ...(key !== undefined && { key, requestHash: hash }),
    },
  });
  attribute(given.draft);
  const lots = lotsOf(given.draft, { from: mine.drawn - amount, to: mine.drawn });
  const grants = convertLots(lots, facts.received).map(({ units, expiresAt }) =>
    addGrant(taken.draft, { source: 'exchange', amount: units, expiresAt }),
  );
  post(taken.draft, {
    ...{ kind: 'credit', amount: facts.received },
    facts: {
      ...{ counter: 'exchange', counterBalanceId: mine.id, counterSequence: places.mine },
      grantId: grants[0]?.id,
    },
  });
  attribute(taken.draft);
  return places.mine;
}

async function keepFacts(
  scope: Scope,
  { balanceId, sequence }: { balanceId: number; sequence: number },
  facts: ExchangeFacts,
): Promise<void> {
  await scope.run(sql`
    insert into bursar.entry_meta (tenant_id, balance_id, sequence, meta)
    values (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint, ${json({ exchange: facts })}::text::jsonb)`);
}

function keptFacts(scope: Scope, balanceId: number, sequence: number): Promise<ExchangeFacts> {
  return scope.one(
    sql`
    select meta -> 'exchange' as facts from bursar.entry_meta
     where (tenant_id, balance_id, sequence) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint)`,
    (row) => document<ExchangeFacts>(row.facts),
  );
}
