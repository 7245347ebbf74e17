/** `bursar.jobs`: what is to be done, and what was given up on. */
import { z } from 'zod';
import { audited } from '../audit/index.ts';
import { forgetJobs, type JobLine, type ListJobs, listJobs, retryJobs } from '../jobs/index.ts';
import { addDuration, type Page, readInput, ValidationError } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import type { Binding } from './binding.ts';
import type { Context, Root } from './root.ts';

export type RetryJobs = {
  /** One; left out, all dead ones of `kind`. */
  job?: string | undefined;
  kind?: string | undefined;
  /** 1 to 500 characters; with one, it is kept in the audit. */
  reason?: string | undefined;
};

export interface JobVerbs {
  /** Newest first. */
  list(input?: ListJobs): Promise<Page<JobLine>>;
  /** Has dead jobs done anew, with all attempts before them. @throws {ValidationError} Neither a job nor a kind is named. */
  retry(input: RetryJobs): Promise<{ readonly retried: number }>;
}

const name = z.string().min(1).max(255).optional();
const listInput = z.strictObject({
  ...{ kind: name, state: z.enum(['pending', 'done', 'dead']).optional() },
  ...{ limit: z.int().optional(), cursor: z.string().optional() },
});
const retryInput = z.strictObject({
  ...{ job: name, kind: name, reason: z.string().min(1).max(500).optional() },
});

/** The verbs about jobs, of one context. */
export function bindJobs({ command, read, queued }: Binding): JobVerbs {
  return {
    list: async (input = {}) => {
      const asked = readInput(listInput, input);
      return read((scope) => listJobs(scope, asked));
    },
    retry: async (input) => {
      const { job, kind, reason } = readInput(retryInput, input);
      if (job === undefined && kind === undefined)
        throw new ValidationError([
          { pointer: '/job', detail: 'is missing: name a job, or a kind' },
        ]);
      const retried = await command((scope) =>
        audited(
          scope,
          reason,
          (inner) => retryJobs(inner, { job, kind }),
          (times) => ({
            ...{ operation: 'jobs.retry', customer: null },
            subject: job === undefined ? null : { type: 'job', id: job },
            facts: { kind: kind ?? null, retried: times },
          }),
        ),
      );
      queued();
      return { retried };
    },
  };
}

/** Removes jobs of the context's tenant that were done longer ago than is kept, at most `limit`. @returns How many. */
export function forgetDone(root: Root, context: Context, limit: number): Promise<number> {
  return root.command(context, async (scope) => {
    const age = String(await getSetting(scope, 'jobs.retention'));
    return forgetJobs(scope, { until: addDuration(scope.now, age, -1, 'UTC'), limit });
  });
}
