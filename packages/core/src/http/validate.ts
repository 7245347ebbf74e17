/**
 * A request's parts against a route's shapes: one error that names every field that is wrong.
 */
import { type Fault, faultsOf, unstorableIn, ValidationError } from '../kernel/index.ts';
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
    faults.push(...unstorableIn(value));
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
