/** Closing a server under load: what runs is answered, and no connection kept alive holds up the end. */
import type { Server } from 'node:http';

const pauseMilliseconds = 100;

/** Runs `close`, which stops the listening, and ends each connection once its last answer is out. */
export async function drain(server: Server, close: () => Promise<unknown>): Promise<void> {
  // Closing ends those that are idle now; the others would be kept alive after their answer, on Fastify for 72 seconds.
  const timer = setInterval(() => server.closeIdleConnections(), pauseMilliseconds);
  try {
    await close();
  } finally {
    clearInterval(timer);
  }
}
