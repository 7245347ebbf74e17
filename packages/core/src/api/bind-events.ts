/** `bursar.events`: listeners of this process, durable consumers, and what was told so far. */
import { audited } from '../audit/index.ts';
import {
  type DeadLetter,
  forgetEvents,
  forgetStretches,
  listDeadLetters,
  listEvents,
  replayDeadLetters,
  stretchOf,
} from '../events/index.ts';
import { addDuration, type Scope, sql, text, ValidationError } from '../kernel/index.ts';
import { newsOfEntries } from '../ledger/index.ts';
import { forgetClicks } from '../referrals/index.ts';
import { getSetting } from '../settings/index.ts';
import { readInstant, refuseUnreadable } from '../subscriptions/index.ts';
import { forgetDone } from './bind-jobs.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { Consumers } from './consumers.ts';
import type { DeadLettersInput, HistoryInput, OfTenant, ReplayInput } from './event-verbs.ts';
import type { Context, Root } from './root.ts';

/** What was told in the tenant of a context. */
export function bindTold(root: Root, context: Context) {
  return {
    history: async (input: HistoryInput = {}) => {
      refuseUnreadable(input, [
        ...['types', 'customer', 'subject', 'from', 'until', 'limit', 'cursor'],
      ]);
      const { from, until, ...asked } = input;
      return root.read(context, (scope) =>
        listEvents(scope, {
          ...asked,
          from: from === undefined ? undefined : readInstant(from, '/from'),
          until: until === undefined ? undefined : readInstant(until, '/until'),
        }),
      );
    },
    deadLetters: async (input: DeadLettersInput = {}) => {
      refuseUnreadable(input, ['consumer', 'limit', 'cursor']);
      return root.read(context, async (scope) => {
        const page = await listDeadLetters(scope, input);
        const items = [];
        for (const letter of page.items) items.push(await told(scope, letter));
        return { ...page, items };
      });
    },
    replay: async (input: ReplayInput) => {
      refuseUnreadable(input, ['consumer', 'event', 'reason']);
      const { consumer, event, reason } = input;
      if (typeof consumer !== 'string')
        throw new ValidationError([{ pointer: '/consumer', detail: 'must be the name of one' }]);
      const subject = { type: 'consumer', id: consumer };
      const replayed = await root.command(context, (scope) =>
        audited(
          scope,
          reason,
          (inner) => replayDeadLetters(inner, { consumer, event }),
          (times) => ({
            ...{ operation: 'events.replay', customer: null, subject },
            facts: { event: event ?? null, replayed: times },
          }),
        ),
      );
      return { replayed };
    },
  };
}

/** A dead letter of the ledger's is kept by its entry: what that said is read there. */
async function told(scope: Scope, letter: DeadLetter): Promise<DeadLetter> {
  const stretch = stretchOf(letter.event);
  if (!stretch) return letter;
  const entries = await newsOfEntries(scope, stretch);
  const news = entries.flatMap((entry) => entry.news);
  return { ...letter, event: news.find(({ id }) => id === letter.event.id) ?? letter.event };
}

/** Consumers and listeners are of all tenants; what was told is of one, the kit's own unless it is named. */
export function bindEvents(
  root: Root,
  { context, consumers }: { context: Context; consumers: Consumers },
) {
  const { on, once, off } = root.bus;
  const of = ({ tenant }: { tenant?: string | undefined }) =>
    bindTold(root, { ...context, tenant: tenant ?? context.tenant });
  return {
    ...{ on, once, off },
    consumer: (name: string, options: ConsumerOptions) => consumers.add(name, options),
    history: ({ tenant, ...input }: HistoryInput & OfTenant = {}) => of({ tenant }).history(input),
    deadLetters: ({ tenant, ...input }: DeadLettersInput & OfTenant = {}) =>
      of({ tenant }).deadLetters(input),
    replay: ({ tenant, ...input }: ReplayInput & OfTenant) => of({ tenant }).replay(input),
    forget: async ({ tenant }: OfTenant = {}) => ({
      forgotten: await forget(root, { ...context, tenant: tenant ?? context.tenant }),
    }),
    /** What the worker does now and then, of every tenant. */
    forgetAll: async () => {
      const tenants = await root.across((scope) =>
        scope.many(sql`select key from bursar.tenants order by id`, (row) => text(row.key)),
      );
      const stretches = () => root.across((scope) => forgetStretches(scope, forgottenAtOnce));
      while ((await stretches()) === forgottenAtOnce);
      for (const tenant of tenants) {
        const of = { ...context, tenant };
        while ((await forget(root, of)) === forgottenAtOnce);
        while ((await forgetDone(root, of, forgottenAtOnce)) === forgottenAtOnce);
        while ((await forgetVisits(root, of)) === forgottenAtOnce);
      }
    },
  };
}

/** As many as one call forgets. */
const forgottenAtOnce = 1000;

function forgetVisits(root: Root, context: Context): Promise<number> {
  return root.command(context, (scope) => forgetClicks(scope, forgottenAtOnce));
}

function forget(root: Root, context: Context): Promise<number> {
  return root.command(context, async (scope) => {
    const age = String(await getSetting(scope, 'events.retention'));
    const until = addDuration(scope.now, age, -1, 'UTC');
    return forgetEvents(scope, { until, limit: forgottenAtOnce });
  });
}
