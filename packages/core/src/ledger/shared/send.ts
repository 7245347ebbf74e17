/**
 * Statements under way: one request by its own, several by the shared one.
 *
 * A shared one passes by balances that somebody has locked, so that one host's transaction cannot stop everybody's spends;
 * those wait for their lock on a connection of their own. What breaks a shared statement is found one by one.
 */
import { DatabaseError, record, type Scope } from '../../kernel/index.ts';
import { replayAtOnce } from '../operations/replay-at-once.ts';
import { refuseAtOnce, spendAtOnce } from '../operations/spend-at-once.ts';
import type { Ask, Line } from './line.ts';
import { fail, lookCloser, settle, settleParty, turnAway } from './settle.ts';
import { type Found, type Party, readFound, sharedStatement } from './shared-statement.ts';

/** What the queue is told. */
export type Port = {
  /** The line is back: what is left of it may be called up again. */
  back(line: Line): void;
  /** It waits for a lock: another statement may leave. */
  waits(): void;
  /** It has been answered. Told at least once. */
  landed(): void;
  /** Somebody has this balance locked. */
  locked(party: Party): void;
};

/** A statement by itself that takes longer waits for a lock: others may leave. */
const waitsAfterMilliseconds = 10;

/** Sends each by its own: one that nobody is beside, or those of a statement that failed. */
export async function sendAlone({ line, asks }: Party, port: Port): Promise<void> {
  const timer = setTimeout(port.waits, waitsAfterMilliseconds);
  line.seen = null;
  for (const ask of asks) {
    if (ask.isSettled || turnAway([ask]).length === 0) continue;
    const isSettled = await tryAlone(line, ask);
    clearTimeout(timer);
    port.landed();
    if (!isSettled) await lookCloser(line, [ask]);
  }
  clearTimeout(timer);
  port.landed();
  port.back(line);
}

/** @returns False when it must look closer. */
async function tryAlone(line: Line, ask: Ask): Promise<boolean> {
  const { scope, input } = ask;
  record('statementSpends', 1, {});
  try {
    const answer =
      (await spendAtOnce(scope, line.balanceId, input)) ??
      (await refuseAtOnce(scope, line.balanceId, input)) ??
      (await replayAtOnce(scope, line.balanceId, input));
    if (answer) settle(ask, answer);
    return answer !== null;
  } catch (error) {
    fail(ask, error);
    return true;
  }
}

/** Sends several, by one statement; `waits` for locks instead of passing by. */
export async function sendTogether(
  parties: readonly Party[],
  port: Port,
  waits = false,
): Promise<void> {
  const asks = parties.flatMap((party) => party.asks);
  const scope = asks[0]?.scope as Scope;
  const now = new Date(Math.max(...asks.map((ask) => ask.scope.now.getTime())));
  record('statementSpends', asks.length, {});
  let found: (Found & { readonly number: number })[];
  try {
    found = await scope.many(sharedStatement(parties, { now, skipsLocked: !waits }), readFound);
  } catch (error) {
    port.landed();
    for (const party of parties) void afterFailure(party, error, port);
    return;
  }
  port.landed();
  const byNumber = new Map(found.map((one) => [one.number, one]));
  for (const [index, party] of parties.entries()) {
    const one = byNumber.get(index + 1);
    if (one) settleParty(party, one);
    else if (waits) for (const ask of party.asks) settle(ask, ask.closer());
    if (one || waits) port.back(party.line);
    else port.locked(party);
  }
}

/** Without a database all fail alike; otherwise one of them is at fault, and each is sent by itself. */
async function afterFailure(party: Party, error: unknown, port: Port): Promise<void> {
  if (!(error instanceof DatabaseError)) return sendAlone(party, port);
  party.line.seen = null;
  for (const ask of party.asks) fail(ask, error);
  port.back(party.line);
}
