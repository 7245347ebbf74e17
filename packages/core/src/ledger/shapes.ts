/** Shapes of balances, entries, grants and holds over HTTP. */
import { z } from 'zod';
import { instantShape, pageShape, referenceShape } from '../http/index.ts';

export const unitParams = z.object({ unit: z.string().min(1).max(64) });
export const kinds = [
  'credit',
  'debit',
  'hold',
  'release',
  'capture',
  'expiry',
  'void',
  'give_back',
  'reversal',
  'adjustment',
] as const;

export const lineShape = z.object({
  id: z.string(),
  sequence: z.int(),
  kind: z.enum(kinds),
  amount: z.int(),
  heldAmount: z.int(),
  settled: z.int(),
  held: z.int(),
  available: z.int(),
  reference: referenceShape.nullable(),
  at: instantShape,
});

export const grantShape = z.object({
  id: z.string().nullable(),
  source: z.string(),
  reference: z.string().nullable(),
  amount: z.int(),
  remaining: z.int(),
  priority: z.int(),
  effectiveAt: instantShape,
  expiresAt: instantShape.nullable(),
});

export const holdStates = ['open', 'captured', 'released', 'expired'] as const;
export const holdShape = z.object({
  id: z.string(),
  state: z.enum(holdStates),
  feature: z.string().nullable(),
  parts: z.array(
    z.object({ unit: z.string(), amount: z.int(), captured: z.int(), released: z.int() }),
  ),
  reference: referenceShape.nullable(),
  expiresAt: instantShape.nullable(),
  createdAt: instantShape,
});

export const explainedShape = z.object({
  ...{ settled: z.int(), held: z.int(), available: z.int() },
  sums: z.object({
    ...{ granted: z.int(), spent: z.int(), givenBack: z.int(), expired: z.int() },
    ...{ voided: z.int(), reversed: z.int(), adjusted: z.int() },
  }),
  grants: z.array(
    z.object({
      ...{ id: z.string().nullable(), source: z.string(), amount: z.int(), free: z.int() },
      ...{ removed: z.int(), drawn: z.int(), expiresAt: instantShape.nullable() },
    }),
  ),
  holds: z.array(
    z.object({ hold: z.string(), amount: z.int(), expiresAt: instantShape.nullable() }),
  ),
  uses: pageShape(
    z.object({
      ...{ id: z.string(), kind: z.string(), units: z.int(), at: instantShape },
      payments: z.array(z.object({ grant: z.string().nullable(), units: z.int() })),
    }),
  ),
});
