/**
 * The three guards of a registration, made from what their slices define and ready to be run on requests.
 *
 * A guard for an unknown key or a wrong kind throws when it is made, so a typo never reaches a request.
 */
import { ConfigurationError, checkAmount, count, parseDuration } from '../kernel/index.ts';
import type { HttpBinding } from './binding.ts';
import { type Guard, guardOf } from './enforce.ts';
import type { Verdict } from './guard.ts';
import type { ConsumesOptions, GuardOptions } from './registration.ts';
import { atAGlance, inReading } from './run.ts';
import { type Amount, type AnyRequest, takeForRequest } from './take-for-request.ts';

const ofEvery = ['status', 'usedBy', 'onDenied'];
const ofConsumes = [...ofEvery, 'from', 'hold', 'idempotencyKey', 'replay', 'refundOn'];

/** @throws {ConfigurationError} The feature is not in the catalogue. */
export function subscribedGuard(
  binding: HttpBinding,
  feature: string | undefined,
  options: GuardOptions<AnyRequest> = {},
): Guard {
  const { check, decide, decideAtOnce, name } = binding.guards.subscribed;
  check(binding.catalog, { feature });
  checkOptions(name, options, ofEvery);
  const ask = { feature };
  return guardOf(
    name,
    options,
    (session, asker) =>
      counted(
        name,
        inReading(session, (scope) => decide(scope, asker, ask)),
      ),
    decideAtOnce &&
      ((session, asker) => atAGlance(session, (scope) => decideAtOnce(scope, asker, ask))),
  );
}

/** @throws {ConfigurationError} The unit is not in the catalogue, or the amount is no whole number above zero. */
export function minBalanceGuard(
  binding: HttpBinding,
  unit: string,
  amount: number,
  options: GuardOptions<AnyRequest> = {},
): Guard {
  const { check, decide, name } = binding.guards.minBalance;
  check(binding.catalog, { unit, amount });
  checkOptions(name, options, ofEvery);
  return guardOf(name, options, (session, asker) =>
    counted(
      name,
      inReading(session, (scope) => decide(scope, asker, { unit, amount })),
    ),
  );
}

/** What `consumes` refuses is counted where it is taken. */
async function counted(name: string, deciding: Promise<Verdict>): Promise<Verdict> {
  const verdict = await deciding;
  const { reason } = verdict;
  if (reason !== null)
    count('refusals', { 'bursar.reason': reason, 'bursar.source': `guards.${name}` });
  return verdict;
}

/**
 * Takes `amount` before the handler. A function of the request that gives 0 passes and books nothing.
 * @throws {ConfigurationError} The feature is not in the catalogue, or is not metered.
 * @throws {InvalidAmountError} A fixed amount that is no whole number above zero.
 * @throws {ValidationError} `hold` is no ISO 8601 duration.
 */
export function consumesGuard(
  binding: HttpBinding,
  feature: string,
  amount: Amount = 1,
  options: ConsumesOptions<AnyRequest> = {},
): Guard {
  const { check, name } = binding.guards.consumes;
  check(binding.catalog, { feature });
  checkOptions(name, options, ofConsumes);
  if (typeof options.hold === 'string') parseDuration(options.hold);
  if (typeof amount !== 'function') checkAmount(amount);
  return guardOf(name, options, (session, asker) =>
    takeForRequest(session, asker, { feature, amount, options }),
  );
}

function checkOptions(name: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new ConfigurationError(
    `${name}() does not know ${unknown.join(', ')}; its options are ${known.join(', ')}.`,
  );
}
