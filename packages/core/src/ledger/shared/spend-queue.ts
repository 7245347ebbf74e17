/**
 * Spends and holds that arrive together in this process share a commit.
 *
 * Each is accepted or refused by itself, in the order they came; the contract is that of single statements. A balance is in
 * one statement at a time.
 */
import {
  IdempotencyConflictError,
  OverloadError,
  type Scope,
  stopwatch,
} from '../../kernel/index.ts';
import type { Prepared, SpendAnswer } from '../spending.ts';
import { callUp, createQueue, type Queue } from './departures.ts';
import { createLine, type Line } from './line.ts';

/** Beyond these it is refused at once. */
const waitingMax = 10_000;

/** What is asked of the queue: a prepared spend, its balance, and how to look closer. */
export type Asked = {
  readonly scope: Scope;
  readonly balanceId: number;
  readonly input: Prepared;
  readonly closer: () => Promise<SpendAnswer>;
};

export type SpendQueue = {
  /**
   * Books it together with others, refuses it, or looks closer.
   * @throws {OverloadError} Too many wait, or it has waited too long; nothing was sent.
   * @throws {IdempotencyConflictError} Its key is under way with another request.
   * @throws {DatabaseError} The connection was lost; `details.written` is `unknown` when it may have been booked.
   */
  spend(asked: Asked): Promise<SpendAnswer>;
};

declare module '../../kernel/scope.ts' {
  interface Ports {
    /** Left out: each spend is a statement of its own. */
    readonly spendQueue?: SpendQueue | undefined;
  }
}

type Twin = { readonly hash: bigint | undefined; readonly answer: Promise<SpendAnswer> };

/** An empty queue, for one database. */
export function createSpendQueue(): SpendQueue {
  const queue = createQueue();
  const twins = new Map<string, Twin>();
  return { spend: (asked) => withTwins(queue, twins, asked) };
}

/** The same key at once: the later one gets the first one's answer, or is a conflict. */
function withTwins(queue: Queue, twins: Map<string, Twin>, asked: Asked): Promise<SpendAnswer> {
  const { key, hash } = asked.input;
  if (key === undefined) return join(queue, asked);
  const place = `${asked.scope.tenant.id} ${asked.balanceId} ${key}`;
  const first = twins.get(place);
  if (first && first.hash !== hash) return Promise.reject(new IdempotencyConflictError(key));
  if (first) return first.answer.then(asReplay);
  const answer = join(queue, asked).finally(() => twins.delete(place));
  twins.set(place, { hash, answer });
  return answer;
}

function asReplay(answer: SpendAnswer): SpendAnswer {
  return answer.allowed ? { ...answer, replayed: true } : answer;
}

function join(queue: Queue, { scope, balanceId, input, closer }: Asked): Promise<SpendAnswer> {
  if (queue.waiting >= waitingMax) return Promise.reject(tooMany());
  const line = lineOf(queue, scope, balanceId);
  queue.newest += 1;
  queue.waiting += 1;
  const number = queue.newest;
  const since = stopwatch();
  return new Promise<SpendAnswer>((resolve, reject) => {
    const settled = { lookedAt: 0, isSettled: false };
    line.waiting.push({ number, since, scope, input, closer, resolve, reject, ...settled });
    callUp(queue, line);
  });
}

function lineOf(queue: Queue, scope: Scope, balanceId: number): Line {
  const key = `${scope.tenant.id} ${balanceId}`;
  const known = queue.lines.get(key);
  if (known) return known;
  const line = createLine(key, balanceId);
  queue.lines.set(key, line);
  return line;
}

function tooMany(): OverloadError {
  return new OverloadError(
    `${waitingMax} requests wait for the database already: nothing was sent.`,
  );
}
