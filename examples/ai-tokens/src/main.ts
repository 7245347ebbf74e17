/** How do I charge for a stream whose cost I only know at its end, also when the client walks away? Hold, stream, capture. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBursar, defineCatalog } from '@bursar/core';
import bursarFastify from '@bursar/fastify';
import Fastify from 'fastify';

const catalog = defineCatalog({
  units: { points: {} },
  features: { tokens: { kind: 'metered', credits: { unit: 'points', cost: 1 } } },
  plans: { free: { default: true, period: 'P1M', features: { tokens: { quota: 500 } } } },
});
declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}
const bursar = createBursar({ catalog, database: process.env.DATABASE_URL || 'memory://' });
const app = Fastify();
await app.register(bursarFastify, {
  bursar,
  customer: (request) => request.headers['x-user'] as string,
});

/** Stands in for a model: ten tokens every twenty milliseconds, as many as are asked for. */
async function* model(tokens: number): AsyncGenerator<{ text: string; tokens: number }> {
  for (let made = 0; made < tokens; made += 10) {
    await sleep(20);
    yield { text: 'lorem ', tokens: 10 };
  }
}

type Chat = { Querystring: { tokens: string } };
// The estimate is set aside before the handler; what was made is captured after it, whatever became of the client.
const held = app.bursar.consumes<Chat>('tokens', (request) => Number(request.query.tokens), {
  hold: 'PT5M',
});
app.post<Chat>('/chat', { preHandler: held }, async (request, reply) => {
  async function* answer(): AsyncGenerator<string> {
    let used = 0;
    try {
      for await (const part of model(Number(request.query.tokens))) {
        used += part.tokens;
        yield part.text;
      }
    } finally {
      await request.bursar.capture(used);
    }
  }
  return reply.type('text/plain').send(Readable.from(answer()));
});

const url = await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(JSON.stringify({ listening: url }));
