/**
 * What a guard on Fastify takes: amounts from the route's own body, and options. Compiled, never run: it fails when a
 * line marked as an error compiles, or any other does not.
 */
import '@bursar/fastify';
import Fastify from 'fastify';

type Pages = { Body: { pages: number } };

const app = Fastify();
const { consumes, subscribed } = app.bursar;

app.post<Pages>(
  '/a',
  { preHandler: consumes('api-calls', ({ body }) => body.pages) },
  async () => 1,
);
app.post<Pages>(
  '/b',
  {
    preHandler: consumes('api-calls', async ({ body }) => body.pages, {
      hold: 'PT5M',
      refundOn: ({ status, aborted }) => aborted || status >= 400,
      usedBy: (request) => String(request.headers['x-user']),
      idempotencyKey: (request) => request.headers['idempotency-key'] as string | undefined,
    }),
  },
  async (request) => request.bursar.capture(3),
);
app.post<Pages>(
  '/c',
  {
    config: {
      bursar: { consumes: ['api-calls', ({ body }) => (body as { pages: number }).pages] },
    },
  },
  async () => 1,
);
app.get('/usage', async (request) => ({
  page: await request.bursar.entitlements.usage({ feature: 'api-calls', by: 'usedBy' }),
  ...{ team: request.bursar.id, by: request.bursar.usedBy },
}));
const paid = consumes('api-calls', 1);
app.get<Pages>('/d', { onRequest: paid, preValidation: [paid, subscribed()] }, async () => 1);

// @ts-expect-error An amount is a number.
consumes('api-calls', '3');
// @ts-expect-error Also one that is asked for.
consumes('api-calls', () => '3');
app.post<Pages>(
  '/x',
  // @ts-expect-error The body has no such field.
  { preHandler: consumes('api-calls', ({ body }) => body.pagez) },
  async () => 1,
);
// @ts-expect-error A boolean feature cannot be consumed, in a tuple either.
app.post('/y', { config: { bursar: { consumes: ['track-time', 1] } } }, async () => 1);
// @ts-expect-error Nor by its name alone.
app.post('/y', { config: { bursar: { consumes: 'track-time' } } }, async () => 1);
app.post<Pages>(
  '/z',
  // @ts-expect-error What stands in config does not know the route's body.
  { config: { bursar: { consumes: ['api-calls', (request) => request.body.pages] } } },
  async () => 1,
);
// @ts-expect-error Not a duration.
consumes('api-calls', 1, { hold: '5 minutes' });
