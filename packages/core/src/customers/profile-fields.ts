/** The fields of a profile as hosts and customers write them. */
import { z } from 'zod';
import { addressKeys } from './profile.ts';

const words = (max: number) =>
  z
    .string()
    .max(max)
    .transform((said) => said.trim() || null)
    .nullable();

const address = z
  .object(
    Object.fromEntries(addressKeys.map((key) => [key, z.string().max(320).nullish()])) as Record<
      (typeof addressKeys)[number],
      z.ZodOptional<z.ZodNullable<z.ZodString>>
    >,
  )
  .transform((said) => {
    const kept = addressKeys.map((key) => [key, said[key]?.trim() ?? ''] as const);
    return Object.fromEntries(kept.filter(([, value]) => value !== ''));
  })
  .nullable();

/** Each field, as it may be written; `null` empties. */
export const profileFields = {
  email: z.string().max(320).nullable(),
  /** The full name. */
  name: z.string().max(255).nullable(),
  firstName: words(100),
  lastName: words(100),
  phone: z
    .string()
    .trim()
    .regex(/^[+0-9][0-9 ()./-]{2,31}$/, 'must be a phone number, like +49 30 901820')
    .nullable(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be two letters, like DE')
    .nullable(),
  locale: z.string().max(35).nullable(),
  timeZone: z.string().max(64),
  birthDate: z.iso.date('must be a date, like 2001-02-03').nullable(),
  avatarUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2000)
    .nullable(),
  emailOptIn: z.boolean(),
  smsOptIn: z.boolean(),
  /** 0 to 100, with two decimals. */
  discountPercent: z
    .number()
    .min(0)
    .max(100)
    .refine((percent) => Number(percent.toFixed(2)) === percent, 'must have two decimals at most'),
  role: z.string().min(1).max(64),
  extra: z.record(z.string().max(64), z.unknown()),
  addresses: z.strictObject({
    billing: address.optional(),
    shipping: address.optional(),
    other: address.optional(),
  }),
};

/** The same fields, each of which may be left out. */
export const optionalFields = Object.fromEntries(
  Object.entries(profileFields).map(([name, shape]) => [name, shape.optional()]),
) as { [F in keyof typeof profileFields]: z.ZodOptional<(typeof profileFields)[F]> };

type Given<T> = { readonly [F in keyof T]?: T[F] | undefined };

/** What is known of a customer. What is left out stays, `null` empties; of addresses those that are named are replaced. */
export type ProfileFields = Given<z.input<z.ZodObject<typeof profileFields>>>;
export type ProfileField = keyof ProfileFields;

/** As their shapes read them. */
export type ReadFields = Given<z.output<z.ZodObject<typeof profileFields>>>;
