/**
 * Referrals over HTTP. Customers see their own tree and rewards, and take a sponsor by a code; what is rewarded, and what is
 * taken back, only operators say.
 */
import { z } from 'zod';
import { defineRoute, pageQuery, pageShape, type Route } from '../http/index.ts';
import { eventRoutes } from './event-routes.ts';
import { subjectShape } from './inputs.ts';
import { recoveryRoutes } from './recovery-routes.ts';
import { listedRewardShape, treeShape, triggeredShape } from './wire.ts';

const customer = z.string().min(1).max(255);
const code = z.string().min(1).max(64);
const id = z.string().min(1).max(255);
const alias = z.string().min(1).max(64);
/** Only those of which something is, or nothing is, still asked for. */
const outstanding = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();
const reason = z.string().min(1).max(500);
const attachedShape = z.object({ attached: z.boolean() });
const refusals = [
  ...(['not_found', 'self_referral', 'referral_cycle', 'already_referred'] as const),
];

const own: readonly Route[] = [
  defineRoute({
    operation: 'getReferrals',
    summary: 'One’s own code, sponsor and referrals, and how many stand below by level.',
    method: 'GET',
    path: '/referrals',
    access: 'customer',
    query: pageQuery,
    answers: treeShape,
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.referrals.tree(query),
  }),
  defineRoute({
    operation: 'giveReferralCode',
    summary: 'One’s own code, made when it is first asked for.',
    method: 'POST',
    path: '/referrals/code',
    access: 'customer',
    answers: z.object({ code: z.string() }),
    handle: ({ me }) => me.referrals.code(),
  }),
  defineRoute({
    operation: 'validateReferralCode',
    summary: 'Whether somebody has this code. For everybody, signed in or not.',
    method: 'GET',
    path: '/referrals/validate/:code',
    access: 'public',
    params: z.object({ code: z.string().max(255) }),
    answers: z.object({ valid: z.boolean() }),
    handle: ({ kit }, { params }) => kit.referrals.validate(params),
  }),
  defineRoute({
    operation: 'attachReferral',
    summary: 'Takes a sponsor by a code, once and for good.',
    method: 'POST',
    path: '/referrals/attach',
    access: 'customer',
    body: z.object({ code }),
    answers: attachedShape,
    refuses: refusals,
    handle: async ({ me }, { body }) => {
      const { attached } = await me.referrals.attach({ code: body.code });
      return { attached };
    },
  }),
  defineRoute({
    operation: 'listRewards',
    summary: 'What one was paid, and what was taken back, newest first.',
    method: 'GET',
    path: '/rewards',
    access: 'customer',
    query: pageQuery,
    answers: pageShape(listedRewardShape),
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.referrals.rewards(query),
  }),
];

const changing: readonly Route[] = [
  defineRoute({
    operation: 'attachAnyReferral',
    summary: 'Gives any customer the kit knows its sponsor, once and for good.',
    method: 'POST',
    path: '/admin/referrals/attach',
    access: 'admin',
    body: z.object({ customer, code: code.optional(), sponsor: customer.optional(), reason }),
    answers: attachedShape,
    refuses: ['customer_unknown', ...refusals],
    handle: async ({ kit }, { body }) => {
      await kit.customers.get({ customer: body.customer });
      const { attached } = await kit.referrals.attach(body);
      return { attached };
    },
  }),
  defineRoute({
    operation: 'triggerReward',
    summary:
      'Rewards something that happened, once per its external id; at once, or later with queue.',
    method: 'POST',
    path: '/admin/referrals/trigger',
    access: 'admin',
    body: z.object({
      ...{ alias, customer, externalId: id, subject: subjectShape.optional(), reason },
      ...{ amount: z.int().positive().optional(), payload: z.unknown().optional() },
      queue: z.boolean().optional(),
    }),
    answers: triggeredShape,
    refuses: ['customer_unknown', 'invalid_amount'],
    handle: async ({ kit }, { body }) => {
      await kit.customers.get({ customer: body.customer });
      return kit.referrals.trigger(body);
    },
  }),
  defineRoute({
    operation: 'reverseReward',
    summary: 'Takes back what an event brought: all that is left, or a share of it under a key.',
    method: 'POST',
    path: '/admin/referrals/reverse',
    access: 'admin',
    body: z.object({
      ...{ event: id.optional(), alias: alias.optional(), externalId: id.optional(), reason },
      subject: subjectShape.optional(),
      basisPoints: z.int().min(1).max(10_000).optional(),
    }),
    answers: triggeredShape,
    refuses: ['not_found', 'not_reversible'],
    handle: ({ kit, idempotencyKey }, { body }) =>
      kit.referrals.reverse({
        ...body,
        // A whole is taken back once by itself; what a subject stands for changes by that.
        ...((body.basisPoints !== undefined || body.subject) && { idempotencyKey }),
      }),
  }),
];

export const referralRoutes: readonly Route[] = [
  ...eventRoutes,
  ...own,
  ...changing,
  ...recoveryRoutes,
  defineRoute({
    operation: 'getAnyReferrals',
    summary: 'Code, sponsor and referrals of a customer.',
    method: 'GET',
    path: '/admin/customers/:id/referrals',
    access: 'admin',
    params: z.object({ id: customer }),
    query: pageQuery,
    answers: treeShape,
    refuses: ['customer_unknown', 'cursor'],
    handle: async ({ kit }, { params, query }) => {
      await kit.customers.get({ customer: params.id });
      return kit.referrals.tree({ ...query, customer: params.id });
    },
  }),
  defineRoute({
    operation: 'listAllRewards',
    summary: 'What all, or one, were paid, newest first.',
    method: 'GET',
    path: '/admin/rewards',
    access: 'admin',
    query: pageQuery.extend({ customer: customer.optional(), event: id.optional(), outstanding }),
    answers: pageShape(listedRewardShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.referrals.rewards(query),
  }),
];
