/** What was told over HTTP, for operators: past events, and those a consumer has given up on. */
import { z } from 'zod';
import {
  defineRoute,
  instantInput,
  instantShape,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';

const name = z.string().min(1).max(255);
const eventShape = z.object({
  id: z.string(),
  type: z.string(),
  tenant: z.string(),
  customer: z.string().nullable(),
  at: instantShape,
  source: z.string().nullable(),
  subject: z.object({ type: z.string(), id: z.string() }),
  actor: z.string().nullable(),
  sequence: z.int().optional(),
  data: z.record(z.string(), z.unknown()),
});

export const eventRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listEvents',
    summary: 'Past events, newest first.',
    method: 'GET',
    path: '/admin/events',
    access: 'admin',
    query: pageQuery.extend({
      ...{ type: name.optional(), customer: name.optional() },
      ...{ from: instantInput.optional(), until: instantInput.optional() },
    }),
    answers: pageShape(eventShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query: { type, ...query } }) =>
      kit.events.history({ ...query, types: type === undefined ? undefined : [type as never] }),
  }),
  defineRoute({
    operation: 'listDeadLetters',
    summary: 'Events that a consumer has given up on, newest first.',
    method: 'GET',
    path: '/admin/events/dead',
    access: 'admin',
    query: pageQuery.extend({ consumer: name.optional() }),
    answers: pageShape(
      z.object({
        ...{ consumer: z.string(), attempts: z.int(), error: z.string().nullable() },
        event: eventShape,
      }),
    ),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.events.deadLetters(query),
  }),
  defineRoute({
    operation: 'replayDeadLetters',
    summary: 'Gives dead letters to their consumer anew, and keeps why.',
    method: 'POST',
    path: '/admin/events/replay',
    access: 'admin',
    body: z.object({
      consumer: name,
      event: name.optional(),
      reason: z.string().min(1).max(500),
    }),
    answers: z.object({ replayed: z.int().nonnegative() }),
    handle: ({ kit }, { body }) => kit.events.replay(body),
  }),
];
