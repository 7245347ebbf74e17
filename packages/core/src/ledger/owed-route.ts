/** What customers owe, over HTTP, for operators who write invoices. */
import { z } from 'zod';
import {
  defineRoute,
  instantShape,
  moneyShape,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';

const owedShape = z.object({
  customer: z.string(),
  unit: z.string(),
  owed: moneyShape,
  since: instantShape,
});

export const owedRoute: Route = defineRoute({
  operation: 'listOwed',
  summary: 'Balances below zero: what customers owe.',
  method: 'GET',
  path: '/admin/owed',
  access: 'admin',
  query: pageQuery.extend({
    customer: z.string().min(1).max(255).optional(),
    unit: z.string().min(1).max(64).optional(),
  }),
  answers: pageShape(owedShape),
  refuses: ['cursor', 'unit_unknown'],
  handle: ({ kit }, { query }) => kit.wallet.owed(query as never),
});
