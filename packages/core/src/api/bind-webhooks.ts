/** `bursar.webhooks`, of one context. Every change also says what the consumer behind all endpoints reads from now on. */
import { z } from 'zod';
import { type Audited, audited } from '../audit/index.ts';
import { approximateDays, parseDuration, readInput, type Scope } from '../kernel/index.ts';
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type Endpoint,
  faultOfUrl,
  getEndpoint,
  listDeliveries,
  listEndpoints,
  replayDeliveries,
  rotateSecret,
} from '../webhooks/index.ts';
import type { Binding } from './binding.ts';
import { eventTypes } from './event-types.ts';
import type { Root } from './root.ts';
import { readForEndpoints } from './webhook-consumer.ts';
import type { WebhookVerbs } from './webhook-verbs.ts';

const id = z.string().min(1).max(255);
const reason = z.string().min(1).max(500).optional();
const types = z
  .array(
    z
      .string()
      .refine((type) => eventTypes.includes(type), 'must be the name of an event, like order.paid'),
  )
  .min(1)
  .max(100);
const description = z.string().min(1).max(500);

/** `PT0S` for a secret that was betrayed. */
const overlap = z
  .string()
  .refine(isDuration, 'must be an ISO 8601 duration, like P1D or PT0S')
  .refine((text) => !isDuration(text) || daysOf(text) <= 31, 'must be a month at most')
  .default('P1D');

const named = z.strictObject({ endpoint: id });
const namedWhy = named.extend({ reason });
const deliveriesInput = named.extend({
  state: z.enum(['pending', 'delivered', 'failed']).optional(),
  ...{ event: id.optional(), limit: z.int().optional(), cursor: z.string().optional() },
});

function shapesFor(allowPrivate: boolean) {
  const url = z.string().superRefine((text, context) => {
    const message = faultOfUrl(text, { allowPrivate });
    if (message) context.addIssue({ code: 'custom', message });
  });
  return {
    create: z.strictObject({ url, types, description: description.optional(), reason }),
    update: z.strictObject({
      ...{ endpoint: id, url: url.optional(), types: types.optional(), reason },
      ...{ description: description.nullable().optional(), enabled: z.boolean().optional() },
    }),
  };
}

type Change = <T>(
  input: { operation: string; reason: string | undefined; isFollowed?: boolean },
  work: (scope: Scope) => Promise<T>,
  tell: (done: T) => Pick<Audited, 'facts'> & { endpoint: string },
) => Promise<T>;

/** Makes a change, keeps why, and says what is read for endpoints from now on: all or nothing. */
function changer({ followed }: Root, { command }: Binding): Change {
  return async ({ operation, reason: why, isFollowed = false }, work, tell) => {
    const done = await command((scope) =>
      scope.transaction((inner) =>
        audited(
          inner,
          why,
          async (within) => {
            const made = await work(within);
            if (isFollowed) await readForEndpoints(within);
            return made;
          },
          (made) => lineOf(operation, tell(made)),
        ),
      ),
    );
    if (isFollowed) await followed();
    return done;
  };
}

/** The verbs about webhooks, of one context. */
export function bindWebhooks(root: Root, binding: Binding): WebhookVerbs {
  const { read } = binding;
  const change = changer(root, binding);
  return {
    ...bindEndpoints(root.options.webhooks.allowPrivate, change),
    async get(input) {
      const { endpoint } = readInput(named, input);
      return read((scope) => getEndpoint(scope, endpoint));
    },
    list: () => read((scope) => listEndpoints(scope)),
    async deliveries(input) {
      const asked = readInput(deliveriesInput, input);
      return read((scope) => listDeliveries(scope, asked));
    },
    async replay(input) {
      const shape = namedWhy.extend({ delivery: id.optional() });
      const { reason: why, ...asked } = readInput(shape, input);
      const replayed = await change(
        { operation: 'webhooks.replay', reason: why },
        (scope) => replayDeliveries(scope, asked),
        (times) => ({
          endpoint: asked.endpoint,
          facts: { delivery: asked.delivery ?? null, replayed: times },
        }),
      );
      binding.queued();
      return { replayed };
    },
  };
}

function bindEndpoints(
  allowPrivate: boolean,
  change: Change,
): Pick<WebhookVerbs, 'create' | 'update' | 'rotateSecret' | 'delete'> {
  const shapes = shapesFor(allowPrivate);
  return {
    async create(input) {
      const { reason: why, ...asked } = readInput(shapes.create, input);
      return change(
        { operation: 'webhooks.create', reason: why, isFollowed: true },
        (scope) => createEndpoint(scope, asked),
        ({ endpoint }) => ({ endpoint: endpoint.id, facts: factsOf(endpoint) }),
      );
    },
    async update(input) {
      const { reason: why, ...asked } = readInput(shapes.update, input);
      return change(
        { operation: 'webhooks.update', reason: why, isFollowed: true },
        (scope) => changeEndpoint(scope, asked),
        (endpoint) => ({ endpoint: endpoint.id, facts: factsOf(endpoint) }),
      );
    },
    async rotateSecret(input) {
      const { reason: why, ...asked } = readInput(namedWhy.extend({ overlap }), input);
      return change(
        { operation: 'webhooks.rotateSecret', reason: why },
        (scope) => rotateSecret(scope, asked),
        ({ endpoint }) => ({ endpoint: endpoint.id, facts: { overlap: asked.overlap } }),
      );
    },
    async delete(input) {
      const { endpoint, reason: why } = readInput(namedWhy, input);
      await change(
        { operation: 'webhooks.delete', reason: why, isFollowed: true },
        (scope) => deleteEndpoint(scope, endpoint),
        () => ({ endpoint, facts: {} }),
      );
      return { deleted: endpoint };
    },
  };
}

function factsOf({ url, enabled, types: wanted }: Endpoint): Audited['facts'] {
  return { url, enabled, types: wanted.join(', ') };
}

function lineOf(
  operation: string,
  { endpoint, facts }: Pick<Audited, 'facts'> & { endpoint: string },
): Audited {
  return { operation, customer: null, subject: { type: 'webhook_endpoint', id: endpoint }, facts };
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

function daysOf(text: string): number {
  return approximateDays(parseDuration(text));
}
