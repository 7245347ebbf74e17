/**
 * What stands between the outbox and the endpoints of all tenants: one durable consumer, which makes a job of each event for
 * each endpoint that wants it. It reads only what some endpoint wants, and is not there before the first of them is.
 */
import { leaveOutErased, pseudonymOf } from '../customers/index.ts';
import { findConsumer, namedIn, registerConsumer, renameInNews, STRETCH } from '../events/index.ts';
import type { News, Scope } from '../kernel/index.ts';
import { readEntriesFromNow } from '../ledger/index.ts';
import { fanOut, wantedTypes } from '../webhooks/index.ts';
import { readsLedger } from './consumer-options.ts';
import type { Consumers } from './consumers.ts';
import { delayOf } from './retry-delay.ts';
import type { Root } from './root.ts';

/** No host can name one so. */
const name = 'bursar:webhooks';

/** How soon another process's first endpoint is noticed. */
const lookMilliseconds = 10_000;

/** From the commit of this transaction on, what some endpoint wants is kept for it. */
export async function readForEndpoints(scope: Scope): Promise<void> {
  const types = await wantedTypes(scope);
  const isOfLedger = readsLedger({ types });
  if (isOfLedger) await readEntriesFromNow(scope);
  await registerConsumer(scope, {
    ...{ name, from: scope.now },
    types: isOfLedger ? [...types, STRETCH] : types,
  });
}

/**
 * It was read before, and whom it names may have been erased since. Until the scope's transaction is over nobody of them is, so
 * that an erasure finds the jobs that are made of it.
 */
async function asNamedNow(scope: Scope, event: News): Promise<News> {
  const named = namedIn(event);
  const living = await leaveOutErased(scope, named);
  return named
    .filter((name) => !living.has(name))
    .reduce((now, from) => renameInNews(now, { from, to: pseudonymOf(scope, from) }), event);
}

/** Follows the endpoints in this process, from `start` on or once this process has made one. */
export function followEndpoints(
  root: Root,
  consumers: Consumers,
): { start(): Promise<void>; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  const context = { tenant: root.options.tenant, actor: null, host: null };
  async function look(): Promise<void> {
    const found = await root.read(context, (scope) => findConsumer(scope, name));
    if (!found) return;
    consumers.follow({
      ...{ name, id: found.id, types: found.types, from: 'now', transaction: false },
      ...{ concurrency: 4, attempts: 100, timeout: 30_000, delay: delayOf },
      handle: async (event: News) => {
        await root.command({ ...context, tenant: event.tenant }, (scope) =>
          scope.transaction(async (inner) => fanOut(inner, await asNamedNow(inner, event))),
        );
        root.queued();
      },
    });
  }
  root.onFollowed(look);
  const again = () => {
    look().catch((err) => root.options.logger.error({ err }, 'Webhooks cannot be looked for'));
  };
  return {
    async start() {
      await look();
      timer ??= setInterval(again, lookMilliseconds).unref();
    },
    stop() {
      if (timer) clearInterval(timer);
    },
  };
}
