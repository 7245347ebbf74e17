/**
 * Balances over HTTP for operators: each change names its customer and keeps why in the audit, in the same transaction.
 *
 * Only customers the kit knows: a mistyped id is refused, and no wallet made for it.
 */
import { z } from 'zod';
import {
  amountShape,
  balanceShape,
  defineRoute,
  instantInput,
  type Route,
  type RouteKit,
  referenceShape,
} from '../http/index.ts';
import { owedRoute } from './owed-route.ts';

const movedShape = balanceShape.extend({
  transferId: z.string().nullable(),
  replayed: z.boolean(),
});

const customer = z.string().min(1).max(255);
const unit = z.string().min(1).max(64);
const reason = z.string().min(1).max(500);

const movement = z.object({
  ...{ customer, unit, amount: amountShape, reference: referenceShape.optional() },
  /** Scripts of old send none; the audit says so. */
  reason: reason.default('none given'),
});

export const ledgerAdminRoutes: readonly Route[] = [
  defineRoute({
    operation: 'creditWallet',
    summary: 'Credits any customer the kit knows.',
    method: 'POST',
    path: '/admin/wallet/credit',
    access: 'admin',
    body: movement.extend({
      source: z.enum(['top_up', 'promotion', 'reward', 'refund', 'adjustment', 'order']).optional(),
      expiresAt: instantInput.optional(),
      effectiveAt: instantInput.optional(),
      notBeforeStart: z.boolean().optional(),
      priority: z.int().min(-1000).max(1000).optional(),
    }),
    answers: movedShape,
    refuses: [
      ...(['customer_unknown', 'unit_unknown', 'invalid_amount', 'invalid_state'] as const),
      'limit_exceeded',
    ],
    async handle({ kit, idempotencyKey }, { body }) {
      await known(kit, body);
      return kit.wallet.credit({ ...body, idempotencyKey });
    },
  }),
  defineRoute({
    operation: 'debitWallet',
    summary: 'Debits any customer the kit knows.',
    method: 'POST',
    path: '/admin/wallet/debit',
    access: 'admin',
    body: movement,
    answers: movedShape,
    refuses: [
      ...(['customer_unknown', 'unit_unknown', 'invalid_amount', 'invalid_state'] as const),
      ...(['insufficient_balance', 'limit_exceeded', 'customer_frozen'] as const),
    ],
    async handle({ kit, idempotencyKey }, { body }) {
      await known(kit, body);
      return kit.wallet.debit({ ...body, idempotencyKey });
    },
  }),
  defineRoute({
    operation: 'setLimits',
    summary:
      'Gives a balance a floor and a ceiling of its own; null is none, left out is as it was.',
    method: 'POST',
    path: '/admin/wallet/setLimits',
    access: 'admin',
    body: z.object({
      ...{ customer, unit, reason },
      floor: z.int().nullable().optional(),
      ceiling: z.int().nullable().optional(),
      inherit: z.boolean().optional(),
    }),
    answers: balanceShape,
    refuses: ['customer_unknown', 'unit_unknown'],
    async handle({ kit }, { body }) {
      await known(kit, body);
      return kit.wallet.setLimits(body);
    },
  }),
  defineRoute({
    operation: 'voidGrant',
    summary: 'Takes what is left of a grant out of the books.',
    method: 'POST',
    path: '/admin/wallet/voidGrant',
    access: 'admin',
    body: z.object({ customer, grant: z.string().min(1).max(64), reason }),
    answers: balanceShape,
    refuses: ['not_found', 'invalid_state'],
    handle: ({ kit }, { body }) => kit.wallet.voidGrant(body),
  }),
  defineRoute({
    operation: 'setExpiry',
    summary: 'Moves the end of a grant, or of all that are open on a balance; null is never.',
    method: 'POST',
    path: '/admin/wallet/setExpiry',
    access: 'admin',
    body: z.object({
      ...{ customer, unit: unit.optional(), grant: z.string().min(1).max(64).optional() },
      ...{ expiresAt: instantInput.nullable(), reason },
    }),
    answers: balanceShape.extend({ grants: z.int() }),
    refuses: ['customer_unknown', 'unit_unknown', 'not_found', 'invalid_state'],
    async handle({ kit }, { body }) {
      await known(kit, body);
      return kit.wallet.setExpiry(body as Parameters<typeof kit.wallet.setExpiry>[0]);
    },
  }),
  defineRoute({
    operation: 'adjustWallet',
    summary: 'Sets what is settled on a balance, by one entry of the difference.',
    method: 'POST',
    path: '/admin/wallet/adjust',
    access: 'admin',
    body: z.object({ ...{ customer, unit, reason }, to: z.int() }),
    answers: movedShape,
    refuses: [
      ...(['customer_unknown', 'unit_unknown', 'invalid_state', 'insufficient_balance'] as const),
      'limit_exceeded',
    ],
    async handle({ kit, idempotencyKey }, { body }) {
      await known(kit, body);
      return kit.wallet.adjust({ ...body, idempotencyKey });
    },
  }),
  defineRoute({
    operation: 'reverseMovement',
    summary: 'Undoes a spend, a transfer or a credit, in full or in part.',
    method: 'POST',
    path: '/admin/wallet/reverse',
    access: 'admin',
    body: z.object({
      ...{ customer, transfer: z.string().min(1).max(64), amount: amountShape.optional(), reason },
    }),
    answers: balanceShape.extend({ reversed: z.int(), replayed: z.boolean() }),
    refuses: ['not_found', 'invalid_amount', 'invalid_state', 'insufficient_balance'],
    handle: ({ kit, idempotencyKey }, { body }) => kit.wallet.reverse({ ...body, idempotencyKey }),
  }),
  owedRoute,
  stopping('freeze', 'Stops what goes out of one balance of a customer.'),
  stopping('unfreeze', 'Lets a balance go on that was frozen.'),
];

/** @throws {CustomerUnknownError} No command has named it. */
async function known(kit: RouteKit, { customer: id }: { customer: string }): Promise<void> {
  await kit.customers.get({ customer: id });
}

function stopping(verb: 'freeze' | 'unfreeze', summary: string): Route {
  return defineRoute({
    ...{ operation: `${verb}Balance`, summary, method: 'POST', access: 'admin' },
    path: `/admin/wallet/${verb}`,
    body: z.object({ customer, unit, reason }),
    answers: balanceShape,
    refuses: ['customer_unknown', 'unit_unknown'],
    async handle({ kit }, { body }) {
      await known(kit, body);
      return kit.wallet[verb](body);
    },
  });
}
