/**
 * `request.bursar.capture`: the handler says what the work truly cost.
 */
import { InvalidAmountError, isBursarError } from '../kernel/index.ts';
import { HoldSettledError, HoldUnnamedError } from './errors.ts';
import { inScope } from './run.ts';
import type { Session, Take } from './session.ts';

export type Captured = { readonly captured: number; readonly shortfall: number };

/**
 * Takes `amount` of what `consumes(feature, …, { hold })` set aside: the hold first, then as much of the rest as there
 * is. Once per hold, also after the client went away.
 *
 * @param amount 0 or more; 0 releases the hold.
 * @param feature May be left out when the request holds one feature.
 * @throws {InvalidAmountError} No whole number from 0.
 * @throws {HoldUnnamedError} The request holds nothing, or several features.
 * @throws {HoldSettledError} Captured before, or the response has ended.
 */
export async function captureHeld(
  session: Session,
  amount: number,
  feature: string | undefined,
): Promise<Captured> {
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new InvalidAmountError(amount, 'a whole number from 0');
  const take = heldOf(session, feature);
  if (!take) return { captured: 0, shortfall: amount };
  if (take.settled || take.capture) throw new HoldSettledError(take.taking.feature);
  const capture = captureOnce(session, take, amount);
  take.capture = capture;
  // The settling waits for it and looks no further, unless it failed: then a retry or the settling may still act.
  capture.catch(() => {
    take.capture = null;
  });
  return capture;
}

async function captureOnce(session: Session, take: Take, amount: number): Promise<Captured> {
  const { taking, taken, asker } = take;
  try {
    return await inScope(session, (scope) =>
      session.binding.guards.consumes.capture(scope, asker, taking, taken, amount),
    );
  } catch (error) {
    // The request that this one repeats has paid for the work already.
    if (taken?.replayed && isBursarError(error) && error.code === 'hold_closed')
      return { captured: 0, shortfall: 0 };
    throw error;
  }
}

function heldOf(session: Session, feature: string | undefined): Take | null {
  const holds = session.takes.filter((take) => take.taking.hold !== undefined);
  const [take, another] =
    feature === undefined ? holds : holds.filter((one) => one.taking.feature === feature);
  if (take && !another) return take;
  // A guard that was not enforced let a request through that holds nothing.
  if (!take && session.options.enforce === false) return null;
  throw new HoldUnnamedError([...new Set(holds.map((hold) => hold.taking.feature))]);
}
