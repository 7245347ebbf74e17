/**
 * Who of the waiting leaves when: lines are called up in turn, a statement is filled, and those that are back wait again.
 *
 * No timer: what waits at the end of a turn of the event loop leaves, unless enough is under way already.
 */
import { type Ask, type Line, nextTurn } from './line.ts';
import { type Port, sendAlone, sendTogether } from './send.ts';
import { lookCloser, refuse, turnAway } from './settle.ts';
import type { Party } from './shared-statement.ts';

/** Bounds how long one statement takes: at 512 it is about 4 ms, of which each request is the same part as at 64. */
const requestsMax = 512;
/** Statements under way at once; more lanes lose, on a hot balance and on many. */
const flightsMax = 2;
/** Locked balances waited for at once, each on a connection of its own. The others' connections must stay free. */
const lockWaitsMax = 4;

/** What a process has waiting. */
export type Queue = {
  readonly lines: Map<string, Line>;
  readonly ready: Line[];
  /** Those whose balance somebody has locked. */
  readonly locked: Party[];
  /** Counts requests up. */
  newest: number;
  waiting: number;
  flights: number;
  lockWaits: number;
  isPlanned: boolean;
};

/** Nobody waits. */
export function createQueue(): Queue {
  return {
    ...{ lines: new Map(), ready: [], locked: [] },
    ...{ newest: 0, waiting: 0, flights: 0, lockWaits: 0, isPlanned: false },
  };
}

/** Its turn will come, or nobody waits and it is forgotten. */
export function callUp(queue: Queue, line: Line): void {
  if (line.waiting.length === 0 && line.state === 'idle') queue.lines.delete(line.key);
  if (line.waiting.length === 0 || line.state !== 'idle') return;
  line.state = 'queued';
  queue.ready.push(line);
  plan(queue);
}

function plan(queue: Queue): void {
  if (queue.isPlanned || queue.flights >= flightsMax) return;
  queue.isPlanned = true;
  process.nextTick(() => {
    queue.isPlanned = false;
    depart(queue);
  });
}

function depart(queue: Queue): void {
  while (queue.flights < flightsMax && queue.ready.length > 0) {
    const parties = gather(queue);
    const [first] = parties;
    if (!first) return;
    queue.flights += 1;
    const port = portOf(queue);
    // By itself it waits for a lock where it is: not when as many wait as may.
    const isLone =
      parties.length === 1 && first.asks.length === 1 && queue.lockWaits < lockWaitsMax;
    void (isLone ? sendAlone(first, port) : sendTogether(parties, port));
  }
}

/** For a statement that is counted already: among the flights, or `isWaiting` among those that wait for a lock. */
function portOf(queue: Queue, isWaiting = false): Port {
  let state: 'flies' | 'waits' | 'landed' = isWaiting ? 'waits' : 'flies';
  return {
    back: (line) => back(queue, line),
    waits() {
      if (state !== 'flies') return;
      state = 'waits';
      queue.lockWaits += 1;
      free(queue);
    },
    landed() {
      if (state === 'flies') free(queue);
      const hasWaited = state === 'waits';
      state = 'landed';
      if (!hasWaited) return;
      queue.lockWaits -= 1;
      waitForLocks(queue);
    },
    locked(party) {
      queue.locked.push(party);
      waitForLocks(queue);
    },
  };
}

function free(queue: Queue): void {
  queue.flights -= 1;
  if (queue.ready.length > 0) plan(queue);
}

/** A locked balance holds up nobody but its own line; those that have waited too long for their turn are turned away. */
function waitForLocks(queue: Queue): void {
  while (queue.lockWaits < lockWaitsMax) {
    const party = queue.locked.shift();
    if (!party) return;
    const asks = turnAway(party.asks);
    if (asks.length === 0) {
      back(queue, party.line);
      continue;
    }
    queue.lockWaits += 1;
    void sendTogether([{ ...party, asks }], portOf(queue, true), true);
  }
}

function back(queue: Queue, line: Line): void {
  prune(queue, line);
  line.state = 'idle';
  callUp(queue, line);
}

/** Those who have their answer leave the line. */
function prune(queue: Queue, line: Line): void {
  const before = line.waiting.length;
  line.waiting = line.waiting.filter((ask) => !ask.isSettled);
  queue.waiting -= before - line.waiting.length;
}

/** Fills a statement with the lines whose turn it is. Those that can be refused are; one that must look closer does. */
function gather(queue: Queue): Party[] {
  const parties: Party[] = [];
  let room = requestsMax;
  while (room > 0) {
    const line = queue.ready.shift();
    if (!line) break;
    line.state = 'away';
    const asks = takeTurn(queue, line, room);
    if (asks.length === 0) continue;
    room -= asks.length;
    parties.push({ line, asks });
  }
  return parties;
}

/** @returns Who of the line goes now; if nobody, the line comes back by itself. */
function takeTurn(queue: Queue, line: Line, room: number): readonly Ask[] {
  if (turnAway(line.waiting) !== line.waiting) prune(queue, line);
  const { go, refused, closers } = nextTurn(line, room);
  for (const ask of refused) if (line.seen) refuse(ask, line.seen);
  if (closers.length > 0) void lookCloser(line, closers).then(() => back(queue, line));
  else if (go.length === 0) back(queue, line);
  // Only a statement looks: what came since the last one has not been seen by a turn that sends none.
  if (go.length === 0) return go;
  line.looks += 1;
  line.newest = queue.newest;
  for (const ask of go) ask.lookedAt = line.looks;
  return go;
}
