/**
 * A verb's input against its shape: one error that names every field that is wrong and says what to send.
 */
import type { z } from 'zod';
import { type Fault, InvalidAmountError, ValidationError } from './errors.ts';
import { isStorable, unstorableIn } from './storable.ts';

/** More mistakes than anyone reads at once. */
const faultsMax = 20;

/**
 * The input as its shape reads it; keys that the shape does not name are refused.
 *
 * @throws {InvalidAmountError} `amount` alone is wrong.
 * @throws {ValidationError} With a JSON pointer for each of up to 20 fields.
 */
export function readInput<T>(shape: z.ZodType<T>, input: unknown): T {
  if (!isStorable(input)) throw new ValidationError(unstorableIn(input).slice(0, faultsMax));
  const result = shape.safeParse(input ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap(faultsOf).slice(0, faultsMax);
  if (faults.length === 1 && faults[0]?.pointer === '/amount') {
    throw new InvalidAmountError(
      (input as { amount?: unknown }).amount,
      'a whole number from 1 to 9007199254740991',
    );
  }
  throw new ValidationError(faults);
}

/** What one of zod's issues says, as faults. */
export function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}${pointerOf([key])}`,
      detail: 'is not known here: leave it out',
    }));
  }
  return [{ pointer, detail: detailOf(issue) }];
}

function detailOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  const missing = issue.message.endsWith('received undefined');
  return `${missing ? 'is missing: send' : 'must be'} ${articled(issue.expected)}`;
}

function articled(type: string): string {
  if (type === 'int') return 'a whole number within ±9007199254740991';
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
