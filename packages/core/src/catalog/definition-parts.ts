/** What the shapes of a catalogue's sections share. */
import { z } from 'zod';

/** A whole number within the safe integers, from 0. */
export const count = z.int('must be a whole number').min(0, 'must not be below 0');
export const key = z
  .string()
  .regex(
    /^[^\s/\p{Cc}\p{Cs}][^/\p{Cc}\p{Cs}]{0,63}$/u,
    'must have 1 to 64 whole characters, no slash, and not begin with a space',
  );
export const title = z
  .string()
  .max(255)
  .regex(/^[^\0\p{Cs}]*$/u, 'must be text without U+0000 and without half characters')
  .optional();
