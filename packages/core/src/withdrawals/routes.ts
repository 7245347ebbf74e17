/** Withdrawals over HTTP, as data: customers ask for their own and take them back. */
import { z } from 'zod';
import {
  amountShape,
  answer,
  defineRoute,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';
import { detailsInput, methodInput, rateInput, referenceOfPayout } from './inputs.ts';
import { withdrawalStatuses } from './status.ts';
import { ownWithdrawal, ownWithdrawalShape, withdrawalShape } from './wire.ts';

const idParams = z.object({ id: z.string().min(1).max(255) });
const reason = z.string().min(1).max(500);
const decided = ['not_found', 'invalid_state'] as const;
const status = z.enum(withdrawalStatuses).optional();

export const withdrawalRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listWithdrawals',
    summary: 'The withdrawals of the customer who asks, newest first.',
    method: 'GET',
    path: '/withdrawals',
    access: 'customer',
    query: pageQuery.extend({ status }),
    answers: pageShape(ownWithdrawalShape),
    refuses: ['cursor'],
    async handle({ me }, { query }) {
      const page = await me.withdrawals.list(query);
      return { ...page, items: page.items.map(ownWithdrawal) };
    },
  }),
  defineRoute({
    operation: 'requestWithdrawal',
    summary: 'Asks to be paid out. What it costs the wallet is set aside at the rate of now.',
    method: 'POST',
    path: '/withdrawals',
    access: 'customer',
    body: z.object({
      amount: amountShape,
      currency: z.string().min(1).max(64),
      ...{ method: methodInput.optional(), details: detailsInput.optional() },
    }),
    status: 201,
    replayStatus: 200,
    answers: ownWithdrawalShape,
    refuses: [
      ...(['withdrawals_disabled', 'below_minimum', 'limit_exceeded'] as const),
      ...(['insufficient_balance', 'customer_owes', 'customer_frozen'] as const),
      ...(['rate_missing', 'unit_unknown', 'invalid_amount'] as const),
    ],
    async handle({ me, idempotencyKey }, { body }) {
      const { withdrawal, replayed } = await me.withdrawals.request({ ...body, idempotencyKey });
      return replayed ? answer(200, ownWithdrawal(withdrawal)) : ownWithdrawal(withdrawal);
    },
  }),
  defineRoute({
    operation: 'getWithdrawal',
    summary: 'One withdrawal of one’s own, with what became of it.',
    method: 'GET',
    path: '/withdrawals/:id',
    access: 'customer',
    params: idParams,
    answers: ownWithdrawalShape,
    refuses: ['not_found'],
    handle: async ({ me }, { params }) =>
      ownWithdrawal(await me.withdrawals.get({ withdrawal: params.id })),
  }),
  defineRoute({
    operation: 'cancelWithdrawal',
    summary: 'Takes a withdrawal of one’s own back, as long as it is not on its way.',
    method: 'POST',
    path: '/withdrawals/:id/cancel',
    access: 'customer',
    params: idParams,
    answers: ownWithdrawalShape,
    refuses: ['not_found', 'invalid_state'],
    handle: async ({ me }, { params }) =>
      ownWithdrawal(await me.withdrawals.cancel({ withdrawal: params.id })),
  }),
  defineRoute({
    operation: 'listAllWithdrawals',
    summary: 'Withdrawals of all customers, newest first.',
    method: 'GET',
    path: '/admin/withdrawals',
    access: 'admin',
    query: pageQuery.extend({ status, customer: z.string().min(1).max(255).optional() }),
    answers: pageShape(withdrawalShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.withdrawals.list(query),
  }),
  defineRoute({
    operation: 'approveWithdrawal',
    summary: 'Agrees to pay a pending withdrawal, and keeps why.',
    method: 'POST',
    path: '/admin/withdrawals/:id/approve',
    access: 'admin',
    params: idParams,
    body: z.object({ reason, rate: rateInput.optional() }),
    answers: withdrawalShape,
    refuses: [...decided, 'self_approval', 'cooling_off', 'customer_owes'],
    handle: ({ kit }, { params, body }) =>
      kit.withdrawals.approve({ ...body, withdrawal: params.id }),
  }),
  defineRoute({
    operation: 'rejectWithdrawal',
    summary:
      'Refuses to pay a withdrawal and gives back what was set aside. Its customer reads why.',
    method: 'POST',
    path: '/admin/withdrawals/:id/reject',
    access: 'admin',
    params: idParams,
    body: z.object({ reason }),
    answers: withdrawalShape,
    refuses: [...decided],
    handle: ({ kit }, { params, body }) =>
      kit.withdrawals.reject({ ...body, withdrawal: params.id }),
  }),
  defineRoute({
    operation: 'markWithdrawalPaid',
    summary: 'Takes a withdrawal as paid by hand, and keeps why.',
    method: 'POST',
    path: '/admin/withdrawals/:id/markPaid',
    access: 'admin',
    params: idParams,
    body: z.object({ reason, reference: referenceOfPayout.optional() }),
    answers: withdrawalShape,
    refuses: [...decided, 'self_approval', 'cooling_off', 'customer_owes'],
    handle: ({ kit }, { params, body }) =>
      kit.withdrawals.markPaid({ ...body, withdrawal: params.id }),
  }),
];
