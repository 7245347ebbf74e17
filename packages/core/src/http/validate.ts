/**
 * A request's parts against a route's shapes: one error that names every field that is wrong.
 */
import type { z } from 'zod';
import { type Fault, ValidationError } from '../kernel/index.ts';
import type { CheckedInput, Route, Shape } from './route.ts';

const faultsMax = 20;

/**
 * What `handle` gets.
 * @throws {ValidationError} With a JSON pointer and what to send for each of up to 20 fields.
 */
export function validate(
  route: Route,
  request: { params: unknown; query: unknown; body: unknown },
): CheckedInput {
  const faults: Fault[] = [];
  const read = (shape: Shape, value: unknown): unknown => {
    const result = shape.safeParse(value);
    if (result.success) return result.data;
    faults.push(...result.error.issues.flatMap(faultsOf));
    return undefined;
  };
  const params = read(route.params, { ...(request.params as object) });
  const query = read(route.query, { ...(request.query as object) });
  const body = route.body ? read(route.body, request.body === undefined ? {} : request.body) : {};
  if (faults.length > 0) throw new ValidationError(faults.slice(0, faultsMax));
  return { params, query, body };
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const pointer = pointerOf(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: detailOf(issue) }];
  return issue.keys.map((key) => ({
    pointer: `${pointer}${pointerOf([key])}`,
    detail: 'is not known here: leave it out',
  }));
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
