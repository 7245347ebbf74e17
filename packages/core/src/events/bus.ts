/**
 * Listeners of this process. The only file that knows mitt.
 *
 * News is published after commit and in order; each listener runs by itself, so that one that throws or rejects
 * hurts neither the command, nor its neighbours, nor the process. Heard here is only what this process committed.
 */
import loaded from 'mitt';
import type { Logger, News } from '../kernel/index.ts';

type Handler = (news: News) => void;
type Emitter = {
  on(type: string, handler: Handler): void;
  off(type: string, handler: Handler): void;
  emit(type: string, news: News): void;
};
// Under NodeNext mitt's default export is typed as its namespace.
const mitt = loaded as unknown as () => Emitter;

/** May be async; what it throws is logged. */
export type Listener = (news: News) => unknown;

export interface Bus {
  /** Listens to a type, or to all with `*`. Returns what stops it. */
  on(type: string, listener: Listener): () => void;
  once(type: string, listener: Listener): () => void;
  off(type: string, listener: Listener): void;
  publish(news: readonly News[]): void;
  /** False: nobody listens to this type, so news of it that is only for listeners need not be made. */
  hears(type: string): boolean;
}

/** A bus that tells `logger` of listeners that fail. */
export function createBus(logger: Logger): Bus {
  const emitter = mitt();
  const kept = new Map<string, Map<Listener, Handler>>();
  const all = '*';

  function listen(type: string, listener: Listener, isOnce: boolean): () => void {
    const known = kept.get(type) ?? new Map<Listener, Handler>();
    kept.set(type, known);
    const stop = () => off(type, listener);
    if (!known.has(listener)) {
      const handler = careful(logger, listener, isOnce ? stop : () => {});
      known.set(listener, handler);
      emitter.on(nameOf(type), handler);
    }
    return stop;
  }

  function has(type: string): boolean {
    return (kept.get(type)?.size ?? 0) > 0;
  }

  function off(type: string, listener: Listener): void {
    const handler = kept.get(type)?.get(listener);
    if (!handler) return;
    kept.get(type)?.delete(listener);
    emitter.off(nameOf(type), handler);
  }

  function publish(news: readonly News[]): void {
    for (const one of news) {
      emitter.emit(nameOf(one.type), one);
      emitter.emit(nameOf(all), one);
    }
  }

  return {
    on: (type, listener) => listen(type, listener, false),
    once: (type, listener) => listen(type, listener, true),
    off,
    publish,
    hears: (type) => has(type) || has(all),
  };
}

/** mitt gives `*` a meaning of its own, with other arguments; ours is an ordinary name. */
function nameOf(type: string): string {
  return type === '*' ? 'every' : `of ${type}`;
}

function careful(logger: Logger, listener: Listener, before: () => void): Handler {
  return (news) => {
    before();
    const failed = (error: unknown) =>
      logger.error({ err: error, event: news.id, type: news.type }, 'a listener failed');
    try {
      Promise.resolve(listener(news)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
