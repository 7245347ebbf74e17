/**
 * Ending a server's connections without losing an answer, in time.
 *
 * A server that closes waits for its connections, and those kept alive outlast their last answer: on Fastify by 72 seconds.
 */
type Connections = {
  closeIdleConnections?(): void;
  closeAllConnections?(): void;
};

const pauseMilliseconds = 50;

/** Unless the registration says another: with it and the kit's own two seconds all is over within eight. */
const drainMillisecondsDefault = 4_000;

export type Draining = {
  /** Resolves when what is left is cut off; never, once this is over. */
  readonly late: Promise<void>;
  /** To be called once the server has closed. */
  end(): void;
};

/**
 * From now on ends each connection once it is idle, and after `milliseconds` whatever is left. The server stops to listen by
 * its own `close`, called at the same time.
 *
 * @param milliseconds Default 4,000.
 */
export function drain(
  server: Connections,
  milliseconds: number = drainMillisecondsDefault,
): Draining {
  const idle = setInterval(() => server.closeIdleConnections?.(), pauseMilliseconds);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      // Also those on which nothing was ever sent: they count as busy until a header comes, for up to a minute.
      server.closeAllConnections?.();
      resolve();
    }, milliseconds);
  });
  return {
    late,
    end() {
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}
