/**
 * The kit's life as the app's: ready with it, and closed after the last answer.
 *
 * Fastify gives a hook `pluginTimeout` to settle, and a migration may take longer: it is waited for in shares.
 */
import { ConfigurationError } from '@bursar/core';
import { type Draining, drain, type Surface } from '@bursar/core/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BursarFastifyOptions } from './types.ts';

type Kit = Pick<Surface<FastifyRequest>, 'binding'>;

/** Two to a `pluginTimeout`: ten minutes in all, unless it is set. */
const shares = 120;

/** Connects, migrates and starts the kit while the app gets ready; a failure is the app's. */
export function startWith(app: FastifyInstance, { binding }: Kit): void {
  const { pluginTimeout = 10_000 } = app.initialConfig;
  let starting: Promise<'started'> | undefined;
  const start = (): Promise<'started'> => {
    starting ??= binding.start().then(() => 'started' as const);
    // Also one that fails after all have stopped waiting.
    starting.catch(() => {});
    return starting;
  };
  if (pluginTimeout === 0) return void app.addHook('onReady', async () => void (await start()));
  for (let share = 1; share <= shares; share += 1) {
    app.addHook('onReady', async () => {
      const came = await within(pluginTimeout / 2, start());
      if (!came && share === shares) throw tooLate((shares / 2) * pluginTimeout);
    });
  }
}

/** Lets requests under way end when the app closes, and no connection outlast them. */
export function endWith(
  app: FastifyInstance,
  { binding }: Kit,
  { close = false, drainMilliseconds }: BursarFastifyOptions,
): void {
  if (typeof close !== 'boolean') throw new ConfigurationError('close must be true or false.');
  const underWay = countRequests(app);
  let draining: Draining | undefined;
  app.addHook('preClose', async () => {
    draining = drain(app.server, drainMilliseconds);
  });
  app.addHook('onSend', async (request, reply) => {
    // Nothing more is asked on it: there would be nobody to answer. HTTP/2 knows no such field.
    if (draining && request.raw.httpVersionMajor === 1) reply.header('connection', 'close');
  });
  app.addHook('onClose', async () => {
    // On `localhost` Fastify listens on two addresses, and has waited for one.
    if (draining) await Promise.race([underWay.none(), draining.late]);
    draining?.end();
    if (close) await binding.close();
  });
}

/** How many are not answered yet, within reach of this registration. */
function countRequests(app: FastifyInstance): { none(): Promise<void> } {
  let count = 0;
  let tell: () => void = () => {};
  app.addHook('onRequest', (_request, reply, done) => {
    count += 1;
    reply.raw.once('close', () => {
      count -= 1;
      if (count === 0) tell();
    });
    done();
  });
  return {
    none: () =>
      new Promise((resolve) => {
        tell = resolve;
        if (count === 0) resolve();
      }),
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(milliseconds: number): ConfigurationError {
  return new ConfigurationError(
    `The kit was not ready within ${milliseconds} ms (60 times pluginTimeout): await bursar.ready() before app.ready() or ` +
      'app.listen(), which waits as long as it takes, or raise pluginTimeout.',
  );
}
