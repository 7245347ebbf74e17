/** The audit over HTTP: operators read it; nobody changes it. */
import { z } from 'zod';
import { defineRoute, instantInput, instantShape, pageQuery, type Route } from '../http/index.ts';
import { ValidationError } from '../kernel/index.ts';

const name = z.string().min(1).max(255).optional();
const known = z.string().nullable();

export const auditRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listAudit',
    summary:
      'What operators changed and why, newest first. `wallet.` as operation is all of that namespace.',
    method: 'GET',
    path: '/admin/audit',
    access: 'admin',
    query: pageQuery.extend({
      ...{ customer: name, operation: name, actor: name, subjectType: name, subjectId: name },
      ...{ from: instantInput.optional(), until: instantInput.optional() },
      count: z
        .enum(['true', 'false'])
        .transform((count) => count === 'true')
        .optional(),
    }),
    answers: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          at: instantShape,
          actor: z.string().nullable(),
          operation: z.string(),
          customer: z.string().nullable(),
          subject: z.object({ type: z.string(), id: z.string() }).nullable(),
          reason: z.string(),
          facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
          personal: z.record(z.string(), z.object({ before: known, after: known })),
        }),
      ),
      next: z.string().nullable(),
      total: z.int().min(0).optional(),
    }),
    refuses: ['cursor'],
    async handle({ kit }, { query: { subjectType: type, subjectId: id, ...filters } }) {
      if (id !== undefined && type === undefined)
        throw new ValidationError([
          { pointer: '/subjectType', detail: 'is missing: send the type of the subject too' },
        ]);
      return kit.audit.list({ ...filters, subject: type === undefined ? undefined : { type, id } });
    },
  }),
];
