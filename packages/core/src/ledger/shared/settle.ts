/**
 * Giving those of a line their answers: booked, refused, to be looked at closer, or failed as honestly as can be known.
 *
 * Whoever is settled leaves the line when it is called back; nobody is settled twice.
 */
import { DatabaseError, isUncertain, OverloadError, stopwatch } from '../../kernel/index.ts';
import { accepted } from '../accepted.ts';
import { figuresOf, type Seen } from '../figures.ts';
import { replayAtOnce } from '../operations/replay-at-once.ts';
import type { SpendAnswer } from '../spending.ts';
import type { Ask, Line } from './line.ts';
import type { Found, Party } from './shared-statement.ts';

/** What waits longer than its caller is work for nobody. */
const waitsMilliseconds = 3_000;
/** Of one line at once: they wait for each other's locks anyway, and must leave connections to the other lines. */
const closersMax = 2;
/** After so many looks in a row that settled nobody, each looks closer by itself. */
const vainMax = 8;

/** Answers one, for good or by what will become of it. */
export function settle(ask: Ask, answer: Parameters<Ask['resolve']>[0]): void {
  ask.isSettled = true;
  ask.resolve(answer);
}

/** Refuses one by what was found. */
export function refuse(ask: Ask, seen: Seen): void {
  settle(ask, {
    ...{ allowed: false, reason: 'insufficient', figures: figuresOf(seen), credits: null },
  });
}

/** Its statement failed. One that may have been booked is asked for under its key; without a key nobody can know. */
export function fail(ask: Ask, error: unknown): void {
  ask.isSettled = true;
  if (isUncertain(error) && ask.input.key !== undefined) ask.resolve(askAgain(ask, error));
  else ask.reject(error);
}

async function askAgain({ closer }: Ask, lost: unknown): Promise<SpendAnswer> {
  try {
    return await closer();
  } catch (error) {
    // That asking failed says nothing of what may have been booked before.
    throw error instanceof DatabaseError ? lost : error;
  }
}

/** @returns Those that may still be sent. What has waited too long for its turn has failed, and nothing of it was sent. */
export function turnAway<T extends readonly Ask[]>(asks: T): T | Ask[] {
  const before = stopwatch() - waitsMilliseconds;
  if ((asks[0]?.since ?? before) >= before) return asks;
  for (const ask of asks) if (ask.since < before && !ask.isSettled) fail(ask, tooLong());
  return asks.filter((ask) => !ask.isSettled);
}

function tooLong(): OverloadError {
  return new OverloadError(
    `Its turn did not come within ${waitsMilliseconds} ms: nothing was sent.`,
  );
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
    try {
      settle(ask, accepted(scope, { balanceId: line.balanceId, input, booked: now }));
    } catch (error) {
      // Whoever was told of it failed: that is one's own trouble, not the others'.
      fail(ask, error);
    }
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

/**
 * Some look closer while their line waits, since what they find may change what the others meet. A frozen customer's all
 * do: no other look will find it, and they would come back one by one.
 */
export async function lookCloser(line: Line, asks: readonly Ask[]): Promise<void> {
  const isFrozen = await lookAt(asks);
  if (isFrozen) await lookAt(line.waiting.slice());
  line.seen = null;
}

/** @returns Whether one of them met a frozen customer. */
async function lookAt(asks: readonly Ask[]): Promise<boolean> {
  const rest = asks.values();
  let isFrozen = false;
  async function work(): Promise<void> {
    for (const ask of rest) {
      if (ask.isSettled || turnAway([ask]).length === 0) continue;
      const looking = ask.closer();
      settle(ask, looking);
      const answer = await looking.catch(() => null);
      isFrozen ||= answer?.allowed === false && answer.reason === 'customer_frozen';
    }
  }
  await Promise.all(Array.from({ length: closersMax }, work));
  return isFrozen;
}
