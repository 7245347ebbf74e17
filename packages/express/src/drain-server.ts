/** Closing a server of Node's under load, as Fastify closes its own. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { drain } from '@bursar/core/http';

const drained = new WeakMap<Server, Promise<void>>();

/**
 * Resolves once the last request under way is answered and no connection is left; also for who asks again meanwhile.
 * @param milliseconds After so many what is left is cut off.
 */
export function drainServer(server: Server, milliseconds?: number): Promise<void> {
  const ended = drained.get(server) ?? drainOnce(server, milliseconds);
  drained.set(server, ended);
  return ended;
}

async function drainOnce(server: Server, milliseconds: number | undefined): Promise<void> {
  if (!server.listening) return;
  // What still comes on a connection kept alive is answered, and nothing after it.
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
  const draining = drain(server, milliseconds);
  server.close();
  await once(server, 'close');
  draining.end();
}
