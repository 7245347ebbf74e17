/** An app that existed before, with its own users and routes, and the lines that Bursar adds (marked with +). */
import { createBursar, defineCatalog } from '@bursar/core'; // +
import bursarFastify from '@bursar/fastify'; // +
import Fastify from 'fastify';

// + What you sell. Its keys become types once it is registered.
const catalog = defineCatalog({
  units: { points: {} },
  features: { reports: { kind: 'boolean' }, renders: { kind: 'metered' } },
  plans: {
    free: { default: true, period: 'P1M', selfService: true, features: { renders: { quota: 3 } } },
    pro: { period: 'P1M', selfService: true, features: { reports: true, renders: { quota: 100 } } },
  },
});
declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}
const bursar = createBursar({ catalog, database: process.env.DATABASE_URL || 'memory://' }); // +

const users = new Map([['secret-of-ann', { id: 'ann' }]]);
const app = Fastify();
app.decorateRequest('user', null);
app.addHook('onRequest', async (request) => {
  request.user = users.get(request.headers.authorization?.replace('Bearer ', '') ?? '') ?? null;
});
declare module 'fastify' {
  interface FastifyRequest {
    user: { id: string } | null;
  }
}

await app.register(bursarFastify, {
  bursar,
  prefix: '/billing',
  customer: (request) => request.user?.id,
}); // +
const { subscribed, consumes, minBalance } = app.bursar; // +

app.get('/reports', { preHandler: subscribed('reports') }, async () => ({ report: 'seven hours' })); // guard: +
app.get('/lounge', { preHandler: minBalance('points', 100) }, async () => ({ lounge: 'welcome' })); // guard: +
app.post('/render', { preHandler: consumes('renders') }, async (request) => ({
  rendered: true,
  left: request.bursar.decisions[0]?.available, // +
}));

bursar.events.on('subscription.created', ({ customer, data }) =>
  console.log(`${customer} has ${data.plan}`),
); // +
const url = await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(JSON.stringify({ listening: url }));
