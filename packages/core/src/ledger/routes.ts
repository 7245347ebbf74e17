/** Balances over HTTP: customers read their own. */
import { z } from 'zod';
import {
  balanceShape,
  defineRoute,
  instantInput,
  instantShape,
  pageQuery,
  pageShape,
  type Route,
  referenceShape,
} from '../http/index.ts';

const unitParams = z.object({ unit: z.string().min(1).max(64) });
const kinds = [
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

const lineShape = z.object({
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

const grantShape = z.object({
  id: z.string().nullable(),
  source: z.string(),
  reference: z.string().nullable(),
  amount: z.int(),
  remaining: z.int(),
  priority: z.int(),
  effectiveAt: instantShape,
  expiresAt: instantShape.nullable(),
});

const holdStates = ['open', 'captured', 'released', 'expired'] as const;
const holdShape = z.object({
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

export const ledgerRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listBalances',
    summary: 'The balances of the customer who asks, one per unit.',
    method: 'GET',
    path: '/balances',
    access: 'customer',
    answers: z.object({ items: z.array(balanceShape) }),
    handle: async ({ me }) => ({ items: await me.wallet.balances() }),
  }),
  defineRoute({
    operation: 'getBalance',
    summary: 'One balance of the customer who asks; 0 if nobody has touched it.',
    method: 'GET',
    path: '/balances/:unit',
    access: 'customer',
    params: unitParams,
    answers: balanceShape,
    refuses: ['unit_unknown'],
    handle: ({ me }, { params }) => me.wallet.balance(params),
  }),
  defineRoute({
    operation: 'listStatement',
    summary: 'The entries of one balance, newest first.',
    method: 'GET',
    path: '/balances/:unit/statement',
    access: 'customer',
    params: unitParams,
    query: pageQuery.extend({
      kind: z.enum(kinds).optional(),
      referenceType: z.string().min(1).max(64).optional(),
      from: instantInput.optional(),
      to: instantInput.optional(),
    }),
    answers: pageShape(lineShape),
    refuses: ['unit_unknown', 'cursor'],
    handle: ({ me }, { params, query }) => me.wallet.statement({ ...params, ...query }),
  }),
  defineRoute({
    operation: 'listGrants',
    summary: 'The open grants of one balance, in the order they are spent.',
    method: 'GET',
    path: '/balances/:unit/grants',
    access: 'customer',
    params: unitParams,
    answers: z.object({ items: z.array(grantShape) }),
    refuses: ['unit_unknown'],
    handle: async ({ me }, { params }) => ({ items: await me.wallet.grants(params) }),
  }),
  defineRoute({
    operation: 'listHolds',
    summary: 'What is and was reserved of the customer who asks, newest first.',
    method: 'GET',
    path: '/holds',
    access: 'customer',
    query: pageQuery.extend({ state: z.enum(holdStates).optional() }),
    answers: pageShape(holdShape),
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.wallet.holds(query),
  }),
];
