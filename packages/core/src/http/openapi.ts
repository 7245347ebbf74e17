/**
 * The OpenAPI 3.1 document of a set of routes, made from the same shapes that validate them.
 *
 * Source: https://spec.openapis.org/oas/v3.1.0
 */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { ErrorCode } from '../kernel/index.ts';
import { statusFor } from './enforce.ts';
import type { Statuses } from './registration.ts';
import { keyShape, type Route, type Shape } from './route.ts';

const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  decision: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string().optional(),
});

/**
 * The document: every route with every status it can answer.
 * @param prefix Where the routes are mounted, '' for the root.
 * @param statuses Those of the registration that differ from the table.
 */
export function openApiDocument(
  routes: readonly Route[],
  prefix: string,
  statuses?: Statuses,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, statuses) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bursar',
      version: '1',
      description: 'Subscriptions, entitlements and balances.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problemShape, 'output') },
      securitySchemes: {
        host: { type: 'http', scheme: 'bearer', description: 'As the host signs its users in.' },
      },
    },
  };
}

function operationOf(route: Route, statuses: Statuses | undefined): Record<string, unknown> {
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.access],
    ...(route.access === 'public' ? {} : { security: [{ host: [] }] }),
    parameters: [
      ...parametersOf(route.params, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(route.body ? [keyHeader] : []),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: !accepts(route.body),
            content: jsonContent(schemaOf(route.body, 'input')),
          },
        }
      : {}),
    responses: { ...answersOf(route), ...refusalsOf(route, statuses) },
  };
}

const keyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request under the same key is done once; it goes before the body’s key.',
  schema: schemaOf(keyShape, 'input'),
};

function answersOf({ status = 200, replayStatus, answers }: Route): Record<string, unknown> {
  const content = jsonContent(schemaOf(answers, 'output'));
  return {
    [status]: { description: 'Done.', content },
    ...(replayStatus === undefined
      ? {}
      : { [replayStatus]: { description: 'Done before, under the same key.', content } }),
  };
}

/** By status, with the codes that have it. */
function refusalsOf(route: Route, statuses: Statuses | undefined): Record<string, unknown> {
  const codes = new Map<number, string[]>();
  const add = (status: number, code: string) =>
    codes.set(status, [...(codes.get(status) ?? []), code]);
  for (const code of new Set([...refusedAnywhere(route), ...(route.refuses ?? [])]))
    add(statusFor(code, undefined, statuses), code);
  // A router's own word: what stands in the path cannot be decoded, or is longer than Fastify was told to read.
  for (const status of Object.keys(route.params.shape).length > 0 ? [400, 414] : [400])
    add(status, 'request');
  add(500, 'internal');
  return Object.fromEntries(
    [...codes].map(([status, found]) => [
      status,
      {
        description: `${STATUS_CODES[status] ?? 'Refused'}: ${found.join(', ')}.`,
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  );
}

/** What comes of its access, its input and the database, whatever its verb is. */
function refusedAnywhere({ access, body, raw }: Route): readonly ErrorCode[] {
  return [
    'malformed',
    // On a public route too: a host's tenants are its own to refuse.
    'forbidden',
    ...(access === 'public' ? [] : (['unauthenticated'] as const)),
    // A command makes its customer, unless that was erased.
    ...(body && access === 'customer' ? (['customer_unknown'] as const) : []),
    ...(body ? (['too_large', 'unsupported_media_type', 'idempotency_conflict'] as const) : []),
    ...(raw ? (['too_large'] as const) : []),
    'validation',
    'database',
  ];
}

function parametersOf(shape: Shape, place: 'path' | 'query'): unknown[] {
  return Object.entries(shape.shape).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || !(value as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(value as z.ZodType, 'input'),
  }));
}

function accepts(shape: Shape): boolean {
  return shape.safeParse({}).success;
}

function jsonContent(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } };
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' });
  return schema;
}
