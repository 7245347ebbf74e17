/**
 * The OpenAPI 3.1 document of a set of routes, made from the same shapes that validate them.
 *
 * Source: https://spec.openapis.org/oas/v3.1.0
 */
import { z } from 'zod';
import type { Route, Shape } from './route.ts';

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

/** The document; `prefix` is where the routes are mounted, '' for the root. */
export function openApiDocument(routes: readonly Route[], prefix: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `${prefix}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
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

function operationOf(route: Route): Record<string, unknown> {
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.access],
    ...(route.access === 'public' ? {} : { security: [{ host: [] }] }),
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(route.body && Object.keys(route.body.shape).length > 0
      ? {
          requestBody: {
            required: !accepts(route.body),
            content: jsonContent(schemaOf(route.body, 'input')),
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done.',
        content: jsonContent(schemaOf(route.answers, 'output')),
      },
      default: {
        description: 'Refused, with the reason as code.',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
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
