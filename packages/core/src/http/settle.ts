/**
 * What becomes of a guard's spends and holds once the request's end is known.
 *
 * Each is settled once. It is committed before the response ends, but never holds a response up for longer than a second.
 */
import type { Outcome } from './registration.ts';
import { inScope } from './run.ts';
import type { Session, Take } from './session.ts';

const waitMilliseconds = 1000;

/** Nothing is given back but for an error or a status from 500; a client that went away pays. */
export function refundByDefault({ status, error, aborted }: Outcome): boolean {
  return !aborted && ((error !== undefined && error !== null) || status >= 500);
}

/** A hold that nobody captured: all of it below 500, none from 500. */
export function releaseByDefault({ status }: Outcome): boolean {
  return status >= 500;
}

/** True while something waits for the request's end. */
export function isUnsettled(session: Session): boolean {
  return session.takes.some((take) => !take.settled);
}

/**
 * Settles what the request took: a spend stands or is given back as `refundOn` says; a hold that was not captured is
 * captured whole, or released where a spend would be given back. After a client went away holds stay, for the handler's
 * `finally` or their expiry.
 *
 * @returns `null` when there was nothing to wait for.
 * @param input.holds False while the answer is still being made, as a stream is: holds then wait for its end.
 */
export function settle(
  session: Session,
  input: { status: number; holds?: boolean },
): Promise<void> | null {
  const outcome: Outcome = { status: input.status, error: session.error, aborted: session.aborted };
  const due = session.takes.filter(
    (take) => !take.settled && (input.holds !== false || !isHold(take)) && !stands(take, outcome),
  );
  if (due.length === 0) return null;
  return atMostASecond(Promise.all(due.map((take) => settleOne(session, take, outcome))));
}

/** A spend that is not given back is settled by leaving it as it is. */
function stands(take: Take, outcome: Outcome): boolean {
  if (isHold(take) || take.refundOn !== refundByDefault || refundByDefault(outcome)) return false;
  take.settled = true;
  return true;
}

/** Gives back all that the guards before took, because a later one refuses. Waits until it is committed. */
export async function giveBackAll(session: Session): Promise<void> {
  const standing = session.takes.filter((take) => !take.settled && !take.taken?.replayed);
  await Promise.all(standing.map((take) => attempt(session, take, () => undo(session, take))));
}

async function settleOne(session: Session, take: Take, outcome: Outcome): Promise<void> {
  // A capture that failed leaves the hold to be settled like any other.
  if (take.capture && (await isThrough(take.capture))) {
    take.settled = true;
    return;
  }
  // Left open on purpose: a capture may still come, from the handler's `finally`.
  if (isHold(take) && outcome.aborted) return;
  // Only the request that made a spend gives it back.
  if (take.taken?.replayed) {
    take.settled = true;
    return;
  }
  await attempt(session, take, async () => {
    // A promise is not true: `refundOn` answers at once.
    if (take.refundOn(outcome) === true) await undo(session, take);
    else if (isHold(take)) await captureWhole(session, take);
    else take.settled = true;
  });
}

async function undo(session: Session, take: Take): Promise<void> {
  take.settled = true;
  const { taken } = take;
  if (taken)
    await inScope(session, (scope) =>
      session.binding.guards.consumes.undo(scope, take.asker, take.taking, taken),
    );
}

async function captureWhole(session: Session, take: Take): Promise<void> {
  take.settled = true;
  const { taken, taking } = take;
  if (!taken) return;
  await inScope(session, (scope) =>
    session.binding.guards.consumes.capture(scope, take.asker, taking, taken, taking.amount),
  );
}

function isHold(take: Take): boolean {
  return take.taking.hold !== undefined;
}

/** A failure here must not change the answer: the units stay taken, and the log says so. */
async function attempt(session: Session, take: Take, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { feature, amount } = take.taking;
    const { customer } = take.asker;
    session.binding.logger.error(
      { err: error, customer, feature, amount },
      'could not settle what a guard took',
    );
  }
}

async function atMostASecond(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMilliseconds);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}

function isThrough(capture: Promise<unknown>): Promise<boolean> {
  return capture.then(
    () => true,
    () => false,
  );
}
