/**
 * Hearing what other processes notify, on a connection of its own that is made again whenever it is lost.
 *
 * Whoever listens is told when it is deaf: what was said meanwhile is lost, so nothing may be taken for known.
 */
import postgres from 'postgres';
import type { Ear } from './lane.ts';
import type { ConnectionOptions } from './pool.ts';

const retryMilliseconds = 500;

/** Listens on `channel` until what is returned is called. Never throws: while there is no connection, the ear is deaf. */
export function listenOn(
  options: ConnectionOptions,
  channel: string,
  ear: Ear,
): () => Promise<void> {
  let client: postgres.Sql | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isOver = false;

  function retry(): void {
    if (isOver || timer) return;
    timer = setTimeout(() => {
      timer = null;
      connect();
    }, retryMilliseconds).unref();
  }

  function connect(): void {
    const mine = postgres({
      ...options,
      max: 1,
      onnotify: (_: string, payload: string) => ear.heard(payload),
      onclose: () => lose(mine),
    } as ConnectionOptions);
    client = mine;
    mine.unsafe(`listen "${channel}"`).then(
      () => ear.ready(),
      () => lose(mine),
    );
  }

  function lose(mine: postgres.Sql): void {
    if (mine !== client) return;
    client = null;
    ear.lost();
    void mine.end({ timeout: 0 });
    retry();
  }

  connect();
  return async () => {
    isOver = true;
    if (timer) clearTimeout(timer);
    const mine = client;
    client = null;
    await mine?.end({ timeout: 1 });
  };
}
