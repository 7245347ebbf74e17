/** What the demo's own routes take: checked by the host, before a guard takes anything. */
import { ValidationError } from '@bursar/core';
import { z } from 'zod';

export const renderBody = z.looseObject({ fail: z.boolean().optional() });
export const chatBody = z.looseObject({ tokens: z.int().nonnegative().optional() });

/**
 * Checks a body; none at all is as good as an empty one.
 * @throws {ValidationError} Names each field that is wrong.
 */
export function checkBody(shape: z.ZodType, body: unknown): void {
  const { success, error } = shape.safeParse(body ?? {});
  if (success) return;
  throw new ValidationError(
    error.issues.map(({ path, message }) => ({
      pointer: path.map((key) => `/${String(key)}`).join(''),
      detail: message,
    })),
  );
}
