/** `bursar.events`: listeners of this process, durable consumers, and what was told so far. */
import { forgetEvents, listDeadLetters, listEvents, replayDeadLetters } from '../events/index.ts';
import { addDuration, sql, text, ValidationError } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { readInstant, refuseUnreadable } from '../subscriptions/index.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { Consumers } from './consumers.ts';
import type { DeadLettersInput, HistoryInput, ReplayInput } from './event-verbs.ts';
import type { Context, Root } from './root.ts';

/** Over all tenants for consumers; history and dead letters are of one. */
export function bindEvents(
  root: Root,
  { context, consumers }: { context: Context; consumers: Consumers },
) {
  const { on, once, off } = root.bus;
  const of = (tenant: string | undefined) => ({ ...context, tenant: tenant ?? context.tenant });
  return {
    ...{ on, once, off },
    consumer: (name: string, options: ConsumerOptions) => consumers.add(name, options),
    history: async (input: HistoryInput = {}) => {
      refuseUnreadable(input, [
        ...['tenant', 'types', 'customer', 'subject', 'from', 'until', 'limit', 'cursor'],
      ]);
      const { tenant, from, until, ...asked } = input;
      return root.read(of(tenant), (scope) =>
        listEvents(scope, {
          ...asked,
          from: from === undefined ? undefined : readInstant(from, '/from'),
          until: until === undefined ? undefined : readInstant(until, '/until'),
        }),
      );
    },
    deadLetters: async (input: DeadLettersInput = {}) => {
      refuseUnreadable(input, ['tenant', 'consumer', 'limit', 'cursor']);
      const { tenant, ...asked } = input;
      return root.read(of(tenant), (scope) => listDeadLetters(scope, asked));
    },
    replay: async (input: ReplayInput) => {
      refuseUnreadable(input, ['tenant', 'consumer', 'event']);
      const { tenant, consumer, event } = input;
      if (typeof consumer !== 'string')
        throw new ValidationError([{ pointer: '/consumer', detail: 'must be the name of one' }]);
      const asked = { consumer, event };
      const replayed = await root.command(of(tenant), (scope) => replayDeadLetters(scope, asked));
      return { replayed };
    },
    forget: async ({ tenant }: { tenant?: string | undefined } = {}) => ({
      forgotten: await forget(root, of(tenant)),
    }),
    /** What the worker does now and then, of every tenant. */
    forgetAll: async () => {
      const tenants = await root.read(context, (scope) =>
        scope.many(sql`select key from bursar.tenants order by id`, (row) => text(row.key)),
      );
      for (const tenant of tenants) while ((await forget(root, of(tenant))) === forgottenAtOnce);
    },
  };
}

/** As many as one call forgets. */
const forgottenAtOnce = 1000;

function forget(root: Root, context: Context): Promise<number> {
  return root.command(context, async (scope) => {
    const age = String(await getSetting(scope, 'events.retention'));
    const until = addDuration(scope.now, age, -1, 'UTC');
    return forgetEvents(scope, { until, limit: forgottenAtOnce });
  });
}
