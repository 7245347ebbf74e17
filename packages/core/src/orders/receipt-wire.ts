/** Receipts as JSON: what routes answer. Only what JSON Schema can say too. */
import { z } from 'zod';
import { instantShape, moneyShape } from '../http/index.ts';

/** The receipt of one paid order. */
export const receiptShape = z.object({
  number: z.int(),
  order: z.string(),
  customer: z.string(),
  issuedAt: instantShape,
  currency: z.string(),
  discount: moneyShape,
  total: moneyShape,
  country: z.string().nullable(),
  taxRate: z.number().nullable(),
  period: z.int().nullable(),
  paid: z.array(z.object({ method: z.string(), sum: moneyShape })),
  credited: z.array(moneyShape),
  lines: z.array(
    z.object({
      order: z.string(),
      offer: z.string(),
      plan: z.string().nullable(),
      title: z.string().nullable(),
      group: z.string().nullable(),
      quantity: z.int(),
      price: moneyShape,
      total: moneyShape,
      credited: z.array(moneyShape),
      cycle: z.string().nullable(),
      startsAt: instantShape.nullable(),
      expiresAt: instantShape.nullable(),
      subscription: z.string().nullable(),
    }),
  ),
});
