/**
 * Those that wait for one balance, in the order they came, and which of them go next.
 *
 * Pure: what is known of the balance comes from the last statement that looked at it, and nobody is refused by figures
 * that are older than their own request.
 */
import type { Scope } from '../../kernel/index.ts';
import { NO_FLOOR, UNLIMITED } from '../draft.ts';
import type { Seen } from '../figures.ts';
import type { Prepared, SpendAnswer } from '../spending.ts';

/** One request for a spend or a hold that shares a commit. */
export type Ask = {
  /** Counts up over all requests of the queue: its place in the order they came. */
  readonly number: number;
  readonly scope: Scope;
  readonly input: Prepared;
  /** Looks closer: under the locks, by itself. */
  readonly closer: () => Promise<SpendAnswer>;
  readonly resolve: (answer: SpendAnswer | Promise<SpendAnswer>) => void;
  readonly reject: (error: unknown) => void;
  /** When it came, by the process's own clock. */
  readonly since: number;
  /** The last look at the balance that asked for its key too. */
  lookedAt: number;
  /** It has its answer, or will have it without the line. */
  isSettled: boolean;
};

export type Line = {
  readonly key: string;
  readonly balanceId: number;
  waiting: Ask[];
  /** Idle: nobody waits; queued: its turn will come; away: a statement or a closer look is under way for it. */
  state: 'idle' | 'queued' | 'away';
  /** The balance as the last look found it; `null` when nothing is known: then all go, and the statement tells. */
  seen: Seen | null;
  /** Counts the looks; and the newest request that had come when the last began. */
  looks: number;
  newest: number;
  /** Looks in a row that settled nobody. */
  vain: number;
};

/** An empty line for a balance. */
export function createLine(key: string, balanceId: number): Line {
  return {
    ...{ key, balanceId, waiting: [], state: 'idle', seen: null },
    ...{ looks: 0, newest: 0, vain: 0 },
  };
}

/** Who of a line goes next: together by one statement, or to look closer; and who has been refused. */
export type Turn = { readonly go: Ask[]; readonly refused: Ask[]; readonly closers: Ask[] };

/** What of the balance may still be taken by those of one statement. */
type Left = { units: number; draws: number };

/**
 * Walks the line in the order they came: each goes that fits beside those before it. One that the balance could not
 * give even alone is refused, or looks closer if credits may pay; one that fits, but would reach something that must be
 * announced, looks closer when it is first.
 */
export function nextTurn(line: Line, most: number): Turn {
  const { seen, waiting } = line;
  const all: Turn = { go: waiting.slice(0, most), refused: [], closers: [] };
  if (!seen) return all;
  const turn: Turn = { go: [], refused: [], closers: [] };
  const left: Left = { units: reachOf(seen), draws: drawsOf(seen) };
  for (const ask of waiting) {
    if (turn.go.length === most || !takes(turn, judge(line, seen, ask, left), ask)) break;
    if (turn.go.at(-1) !== ask) continue;
    left.units -= ask.input.amount;
    left.draws -= ask.input.amount;
  }
  return turn.go.length + turn.refused.length + turn.closers.length === 0 ? all : turn;
}

/** @returns False when the turn ends before this one: what goes and what looks closer do not share a turn. */
function takes({ go, refused, closers }: Turn, verdict: Verdict, ask: Ask): boolean {
  if (verdict === 'later') return true;
  if (verdict === 'unsure') return false;
  if (verdict === 'refused') return refused.push(ask) > 0;
  if (verdict === 'go') return closers.length === 0 && go.push(ask) > 0;
  const isFirst = go.length + closers.length === 0;
  return (isFirst || (verdict === 'payer' && go.length === 0)) && closers.push(ask) > 0;
}

/** `later`: not beside those that go before it; `payer`: too much, but credits may pay; `unsure`: it came after the look. */
type Verdict = 'go' | 'refused' | 'closer' | 'payer' | 'later' | 'unsure';

function judge(line: Line, seen: Seen, ask: Ask, left: Left): Verdict {
  const { amount, key, credits, from } = ask.input;
  const isSeen = key === undefined ? ask.number <= line.newest : ask.lookedAt === line.looks;
  if (seen.validUntil <= ask.scope.now) return isSeen ? 'closer' : 'unsure';
  if (amount <= left.units && amount <= left.draws) return 'go';
  if (!isSeen) return 'unsure';
  if (amount > reachOf(seen)) return credits && from !== 'quota' ? 'payer' : 'refused';
  return amount <= left.units ? 'closer' : 'later';
}

function reachOf({ settled, held, floor, capLeft }: Seen): number {
  const reach = floor === NO_FLOOR ? UNLIMITED : settled - held - floor;
  return capLeft === null ? reach : Math.min(reach, capLeft);
}

/** How much may be drawn before something must be announced. */
function drawsOf({ mark, drawn }: Seen): number {
  return mark - drawn - 1;
}
