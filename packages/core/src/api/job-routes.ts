/** Jobs over HTTP, for operators: what is to be done, what was given up on, and doing that anew. */
import { z } from 'zod';
import { defineRoute, instantShape, pageQuery, pageShape, type Route } from '../http/index.ts';

const name = z.string().min(1).max(255);
const known = instantShape.nullable();

export const jobRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listJobs',
    summary: 'Jobs, newest first. `dead` are those that were given up on.',
    method: 'GET',
    path: '/admin/jobs',
    access: 'admin',
    query: pageQuery.extend({
      kind: name.optional(),
      state: z.enum(['pending', 'done', 'dead']).optional(),
    }),
    answers: pageShape(
      z.object({
        ...{ id: z.string(), kind: z.string(), state: z.enum(['pending', 'done', 'dead']) },
        ...{ attempts: z.int(), error: z.string().nullable() },
        ...{ createdAt: instantShape, nextAt: known, endedAt: known },
      }),
    ),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.jobs.list(query),
  }),
  defineRoute({
    operation: 'retryJobs',
    summary: 'Has dead jobs done anew, one or all of a kind, and keeps why.',
    method: 'POST',
    path: '/admin/jobs/retry',
    access: 'admin',
    body: z.object({
      job: name.optional(),
      kind: name.optional(),
      reason: z.string().min(1).max(500),
    }),
    answers: z.object({ retried: z.int().nonnegative() }),
    handle: ({ kit }, { body }) => kit.jobs.retry(body),
  }),
];
