/** What reversals left outstanding, over HTTP: operators have it taken later, or give it up. */
import { z } from 'zod';
import { defineRoute, type Route } from '../http/index.ts';
import { collectedShape, writtenOffShape } from './wire.ts';

const body = z.object({
  reversal: z.string().min(1).max(255),
  customer: z.string().min(1).max(255).optional(),
  reason: z.string().min(1).max(500),
});

export const recoveryRoutes: readonly Route[] = [
  defineRoute({
    operation: 'collectOutstanding',
    summary: 'Takes what a reversal could not take, as far as it is there by now.',
    method: 'POST',
    path: '/admin/referrals/collect',
    access: 'admin',
    ...{ body, answers: collectedShape, refuses: ['not_found'] },
    handle: ({ kit, idempotencyKey }, { body }) =>
      kit.referrals.collect({ ...body, idempotencyKey }),
  }),
  defineRoute({
    operation: 'writeOffOutstanding',
    summary: 'Stops asking for what a reversal could not take. No money moves.',
    method: 'POST',
    path: '/admin/referrals/writeOff',
    access: 'admin',
    ...{ body, answers: writtenOffShape, refuses: ['not_found'] },
    handle: ({ kit, idempotencyKey }, { body }) =>
      kit.referrals.writeOff({ ...body, idempotencyKey }),
  }),
];
