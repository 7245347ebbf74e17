/**
 * Guards on Fastify's routes, whatever a route's generics, logger or server. Compiled, never run: it fails when a line
 * marked as an error compiles, or any other does not.
 */
import bursarFastify from '@bursar/fastify';
import Fastify from 'fastify';
import { bursar } from './billing.ts';

type Chat = { Body: { prompt: string }; Params: { id: string } };
declare function estimate(prompt: string): number;

const app = Fastify();
await app.register(bursarFastify, {
  bursar,
  prefix: '/billing',
  customer: (request) => String(request.headers['x-user']),
  admin: () => false,
});
const { subscribed, minBalance, consumes } = app.bursar;

app.get('/a', { preHandler: subscribed('track-time') }, async () => 1);
app.get('/b', { preHandler: [subscribed(), minBalance('points', 100)] }, async () => 1);
app.get('/c', { preHandler: consumes('api-calls') }, async () => 1);
app.get('/d', { config: { bursar: { subscribed: 'track-time' } } }, async () => 1);
app.get('/e', { config: { bursar: { consumes: ['api-calls', 2] } } }, async () => 1);
app.get<Chat>(
  '/f/:id',
  { preHandler: subscribed('track-time') },
  async (request) => request.params.id,
);
app.post<Chat>(
  '/g/:id',
  {
    preHandler: consumes('ai-tokens', (request) => estimate(request.body.prompt), { hold: 'PT5M' }),
  },
  async (request) => {
    request.params.id satisfies string;
    return request.bursar.capture(5, 'ai-tokens');
  },
);
app.route<Chat>({
  method: 'POST',
  url: '/h/:id',
  preHandler: consumes('api-calls', async (request) => Number(request.params.id)),
  handler: async (request) => request.bursar.check({ feature: 'upload-mb' }),
});
app.addHook('preHandler', consumes('api-calls', 1));
Fastify({ http2: true }).get('/', { preHandler: subscribed() }, async () => 1);
Fastify({ logger: true }).post<Chat>('/', { preHandler: consumes('api-calls') }, async () => 1);

// @ts-expect-error A typo in the feature.
subscribed('trak-time');
// @ts-expect-error A boolean feature cannot be consumed.
consumes('track-time', 1);
// @ts-expect-error Not a unit.
minBalance('track-time', 1);
// @ts-expect-error A typo in the route's config.
app.get('/x', { config: { bursar: { subscribed: 'trak-time' } } }, async () => 1);
// @ts-expect-error A status for a reason that does not exist.
subscribed('track-time', { status: { nope: 402 } });
app.get('/y', async (request) => {
  // @ts-expect-error The handle's customer is the one who asks.
  return request.bursar.consume({ customer: 'bob', feature: 'api-calls' });
});
