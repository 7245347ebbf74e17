/** An app that existed before, with its own users and routes, and the lines that Bursar adds (marked with +). */
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog } from '@bursar/core'; // +
import { bursarExpress } from '@bursar/express'; // +
import express, { type Request } from 'express';

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

type Signed = Request & { user?: { id: string } | undefined };
const users = new Map([['secret-of-ann', { id: 'ann' }]]);
const app = express();
app.use((request: Signed, _response, next) => {
  request.user = users.get(request.get('authorization')?.replace('Bearer ', '') ?? '');
  next();
});

const billing = bursarExpress({ bursar, customer: (request: Signed) => request.user?.id }); // +
app.use('/billing', billing.router); // + before express.json(): it has a parser of its own
app.use(express.json());

app.get('/reports', billing.subscribed('reports'), (_request, response) => {
  response.json({ report: 'seven hours' });
});
app.get('/lounge', billing.minBalance('points', 100), (_request, response) => {
  response.json({ lounge: 'welcome' });
});
app.post('/render', billing.consumes('renders'), (request, response) => {
  response.json({ rendered: true, left: request.bursar.decisions[0]?.available });
});

bursar.events.on('subscription.created', ({ customer, data }) =>
  console.log(`${customer} has ${data.plan}`),
); // +
await billing.start(); // +
const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(
    JSON.stringify({ listening: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  );
});
