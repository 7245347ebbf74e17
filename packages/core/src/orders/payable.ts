/**
 * Whether all that an order promises can be handed out, and for which time.
 *
 * Asked under the customer's lock before anything is written, so that a refusal leaves nothing half done, in a host's own
 * transaction either.
 */
import { add, multiply, type Scope } from '../kernel/index.ts';
import { checkCeiling } from '../ledger/index.ts';
import { refuseUndeliverable } from '../subscriptions/index.ts';
import type { Line } from './sale.ts';
import { type BoughtWindow, windowOf } from './window.ts';

/** The lines of one order, what it comes with after the order itself. */
export type Promised = {
  readonly customerId: number;
  /** The host's id. */
  readonly customer: string;
  readonly timeZone: string;
  readonly lines: readonly Line[];
  /** The start that was asked for. */
  readonly asked: Date | null;
  readonly paid: { readonly amount: number; readonly unit: string };
};

/**
 * The time of each line: the first one's by itself, that of an item by its own rule if it appends, else the first one's.
 *
 * @param input.isPaid It is handed out now: then a plan that runs without an end is no reason to refuse, but a ceiling is.
 * @throws {StartInPastError} The start that was asked for has passed.
 * @throws {AlreadySubscribedError} A plan could not begin.
 * @throws {LimitExceededError} A balance would pass its ceiling.
 * @throws {InvalidAmountError} A unit would be more than can be counted.
 * @throws {ValidationError} It would last more than a thousand years.
 */
export async function windowsOf(
  scope: Scope,
  { isPaid, ...promised }: Promised & { readonly isPaid: boolean },
): Promise<readonly BoughtWindow[]> {
  const windows = await timesOf(scope, promised);
  const { customerId, customer, timeZone, paid } = promised;
  for (const [index, { planVersionId, cycle, quantity }] of promised.lines.entries()) {
    const window = windows[index];
    if (planVersionId === null || !window) continue;
    await refuseUndeliverable(scope, {
      ...{ customerId, customer, planVersionId, cycle, quantity, timeZone, paid, isPaid },
      ...{ startsAt: window.startsAt, endsAt: window.expiresAt },
    });
  }
  for (const [unit, amount] of unitsOf(promised.lines))
    if (isPaid) await checkCeiling(scope, { customer, unit, amount });
  return windows;
}

async function timesOf(
  scope: Scope,
  { customerId, timeZone, lines, asked }: Omit<Promised, 'paid'>,
): Promise<BoughtWindow[]> {
  const windows: BoughtWindow[] = [];
  const ends = new Map<string | null, Date>();
  for (const line of lines) {
    const [first] = windows;
    const terms = { ...line, customerId, timeZone, after: ends.get(line.group) ?? null };
    const own = first && !line.append ? first : null;
    const window = own ?? (await windowOf(scope, terms, first ? null : asked));
    windows.push(window);
    const { expiresAt } = window;
    if (expiresAt && expiresAt > (ends.get(line.group) ?? scope.now))
      ends.set(line.group, expiresAt);
  }
  return windows;
}

/** What all lines grant, by unit, in the order of their names: balances are opened in one order, whoever fulfils. */
function unitsOf(lines: readonly Line[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { grants, quantity } of lines)
    for (const [unit, amount] of Object.entries(grants))
      sums.set(unit, add(sums.get(unit) ?? 0, multiply(amount, quantity)));
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
}
