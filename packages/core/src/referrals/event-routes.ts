/** What was triggered, over HTTP: operators look for it, and process what waits or has failed. */
import { z } from 'zod';
import { defineRoute, pageQuery, pageShape, type Route } from '../http/index.ts';
import { eventStatus, subjectShape } from './inputs.ts';
import { rewardEventShape, triggeredShape } from './wire.ts';

const id = z.string().min(1).max(255);

const found = pageQuery
  .extend({
    ...{ customer: id.optional(), trigger: id.optional(), status: eventStatus.optional() },
    outstanding: z
      .enum(['true', 'false'])
      .transform((word) => word === 'true')
      .optional(),
    subjectType: subjectShape.shape.type.optional(),
    subjectId: subjectShape.shape.id.optional(),
  })
  .refine(
    ({ subjectType, subjectId }) => (subjectType === undefined) === (subjectId === undefined),
    {
      path: ['subjectId'],
      message: 'send subjectType and subjectId together',
    },
  );

export const eventRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listRewardEvents',
    summary: 'What was triggered and reversed, newest first.',
    method: 'GET',
    path: '/admin/referrals/events',
    access: 'admin',
    query: found,
    answers: pageShape(rewardEventShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query: { subjectType: type, subjectId: id, ...query } }) =>
      kit.referrals.events({
        ...query,
        ...(type !== undefined && id !== undefined && { subject: { type, id } }),
      }),
  }),
  defineRoute({
    operation: 'processRewardEvent',
    summary: 'Processes at once what waits or has failed; what it comes to is the answer.',
    method: 'POST',
    path: '/admin/referrals/events/:id/process',
    access: 'admin',
    params: z.object({ id }),
    body: z.object({ reason: z.string().min(1).max(500) }),
    answers: triggeredShape,
    refuses: ['not_found', 'invalid_state'],
    handle: ({ kit }, { params, body }) =>
      kit.referrals.retry({ event: params.id, reason: body.reason }),
  }),
];
