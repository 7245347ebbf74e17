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

/** Who of a line goes next: together by one statement, or one alone to look closer; and who has been refused. */
export type Turn = { readonly go: Ask[]; readonly refused: Ask[]; readonly closer: Ask | null };

/** What of the balance may still be taken by those of one statement. */
type Left = { units: number; draws: number };

/**
 * Walks the line in the order they came: each goes that fits beside those before it. One that the balance could not
 * give even alone is refused; one that fits, but would reach something that must be announced, looks closer when it is first.
 */
export function nextTurn(line: Line, most: number): Turn {
  const { seen, waiting } = line;
  if (!seen) return { go: waiting.slice(0, most), refused: [], closer: null };
  const go: Ask[] = [];
  const refused: Ask[] = [];
  const left: Left = { units: reachOf(seen), draws: drawsOf(seen) };
  for (const ask of waiting) {
    if (go.length === most) break;
    const verdict = judge(line, seen, ask, left);
    if (verdict === 'go') {
      go.push(ask);
      left.units -= ask.input.amount;
      left.draws -= ask.input.amount;
    } else if (verdict === 'refused') refused.push(ask);
    else if (verdict === 'closer' && go.length === 0) return { go, refused, closer: ask };
    else if (verdict !== 'later') break;
  }
  const isStuck = go.length + refused.length === 0;
  return isStuck
    ? { go: waiting.slice(0, most), refused, closer: null }
    : { go, refused, closer: null };
}

/** `later`: not beside those that go before it; `unsure`: it came after the balance was looked at. */
type Verdict = 'go' | 'refused' | 'closer' | 'later' | 'unsure';

function judge(line: Line, seen: Seen, ask: Ask, left: Left): Verdict {
  const { amount, key } = ask.input;
  const isSeen = key === undefined ? ask.number <= line.newest : ask.lookedAt === line.looks;
  if (seen.validUntil <= ask.scope.now) return isSeen ? 'closer' : 'unsure';
  if (amount <= left.units && amount <= left.draws) return 'go';
  if (!isSeen) return 'unsure';
  if (amount > reachOf(seen)) return 'refused';
  return amount <= left.units ? 'closer' : 'later';
}

function reachOf({ settled, held, floor }: Seen): number {
  return floor === NO_FLOOR ? UNLIMITED : settled - held - floor;
}

/** How much may be drawn before something must be announced, or the sub-window's cap is met. */
function drawsOf({ mark, drawn, capLeft }: Seen): number {
  return Math.min(mark - drawn - 1, capLeft ?? UNLIMITED);
}
