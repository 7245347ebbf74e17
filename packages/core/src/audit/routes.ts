/** The audit over HTTP: operators read it; nobody changes it. */
import { z } from 'zod';
import {
  defineRoute,
  instantInput,
  instantShape,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';

const name = z.string().min(1).max(255).optional();

export const auditRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listAudit',
    summary: 'What operators changed and why, newest first.',
    method: 'GET',
    path: '/admin/audit',
    access: 'admin',
    query: pageQuery.extend({
      ...{ customer: name, operation: name, actor: name },
      ...{ from: instantInput.optional(), to: instantInput.optional() },
    }),
    answers: pageShape(
      z.object({
        id: z.string(),
        at: instantShape,
        actor: z.string().nullable(),
        operation: z.string(),
        customer: z.string().nullable(),
        subject: z.object({ type: z.string(), id: z.string() }).nullable(),
        reason: z.string(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      }),
    ),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.audit.list(query),
  }),
];
