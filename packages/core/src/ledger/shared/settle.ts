/**
 * Giving those of a line their answers: booked, refused, to be looked at closer, or failed as honestly as can be known.
 *
 * Whoever is settled leaves the line when it is called back; nobody is settled twice.
 */
import { isUncertain } from '../../kernel/index.ts';
import { accepted } from '../accepted.ts';
import { figuresOf, type Seen } from '../figures.ts';
import { replayAtOnce } from '../operations/replay-at-once.ts';
import type { SpendAnswer } from '../spending.ts';
import type { Ask, Line } from './line.ts';
import type { Found, Party } from './shared-statement.ts';

/** After so many looks in a row that settled nobody, each looks closer by itself. */
const vainMax = 8;

/** Answers one, for good or by what will become of it. */
export function settle(ask: Ask, answer: Parameters<Ask['resolve']>[0]): void {
  ask.isSettled = true;
  ask.resolve(answer);
}

/** Refuses one by what was found; credits that may pay are looked at closer. */
export function refuse(ask: Ask, seen: Seen): void {
  const { credits, from } = ask.input;
  const mayPay = credits && from !== 'quota';
  const figures = figuresOf(seen);
  settle(
    ask,
    mayPay ? ask.closer() : { allowed: false, reason: 'insufficient', figures, credits: null },
  );
}

/** Its statement failed. One that may have been booked is asked for under its key; without a key nobody can know. */
export function fail(ask: Ask, error: unknown): void {
  ask.isSettled = true;
  if (isUncertain(error) && ask.input.key !== undefined) ask.resolve(ask.closer());
  else ask.reject(error);
}

/** Answers those of a party by what the statement found at their balance. */
export function settleParty({ line, asks }: Party, { seen, isBooked, known }: Found): void {
  asks.forEach((ask, index) => {
    if (known.has(index + 1)) settle(ask, replay(line, ask));
  });
  line.seen = isBooked ? settleBooked(line, asks, seen) : seen;
  line.vain = isBooked || known.size > 0 ? 0 : line.vain + 1;
  if (line.vain <= vainMax) return;
  line.vain = 0;
  for (const ask of asks) settle(ask, ask.closer());
}

async function replay({ balanceId }: Line, { scope, input, closer }: Ask): Promise<SpendAnswer> {
  return (await replayAtOnce(scope, balanceId, input)) ?? closer();
}

/** @returns The balance after all of them. */
function settleBooked(line: Line, asks: readonly Ask[], before: Seen): Seen {
  const now: Running = { ...before };
  for (const ask of asks) {
    const { scope, input } = ask;
    move(now, input);
    settle(ask, accepted(scope, { balanceId: line.balanceId, input, booked: now }));
  }
  return now;
}

type Running = { -readonly [Name in keyof Seen]: Seen[Name] };

function move(now: Running, { amount, hold }: Ask['input']): void {
  now.sequence += 1;
  now.drawn += amount;
  if (hold) now.held += amount;
  else now.settled -= amount;
  if (now.capLeft !== null) now.capLeft -= amount;
}

/** One looks closer while its line waits, since what it finds may change what the others meet. */
export async function lookCloser(line: Line, ask: Ask): Promise<void> {
  const looking = ask.closer();
  settle(ask, looking);
  const answer = await looking.catch(() => null);
  line.seen = null;
  const isFrozen = answer?.allowed === false && answer.reason === 'customer_frozen';
  // No look will find it otherwise: they would come back one by one.
  if (isFrozen)
    for (const other of line.waiting) if (!other.isSettled) settle(other, other.closer());
}
