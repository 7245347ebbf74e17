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

/**
 * From now on ends each connection once it is idle, and after `milliseconds` whatever is left. The server stops to listen by
 * its own `close`, called at the same time.
 *
 * @param milliseconds Default 4,000.
 * @returns What ends this, to be called once the server has closed.
 */
export function drain(
  server: Connections,
  milliseconds: number = drainMillisecondsDefault,
): () => void {
  const idle = setInterval(() => server.closeIdleConnections?.(), pauseMilliseconds);
  // Also those on which nothing was ever sent: they count as busy until a header comes, for up to a minute.
  const late = setTimeout(() => server.closeAllConnections?.(), milliseconds);
  return () => {
    clearInterval(idle);
    clearTimeout(late);
  };
}
