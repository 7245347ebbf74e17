/** How do I sell seats to a team, and see which member used what? The team is the customer, the member is `usedBy`. */
import type { AddressInfo } from 'node:net';
import { createBursar, defineCatalog, isDenied } from '@bursar/core';
import { bursarExpress } from '@bursar/express';
import express from 'express';

const catalog = defineCatalog({
  features: { seats: { kind: 'gauge' }, renders: { kind: 'metered' } },
  plans: { team: { period: 'P1M', features: { seats: { quota: 2 }, renders: { quota: 100 } } } },
});
declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}
const bursar = createBursar({ catalog, database: process.env.DATABASE_URL || 'memory://' });
const app = express();
const billing = bursarExpress({
  bursar,
  // Who asks: the team pays, the member uses.
  customer: (request) => ({
    customer: request.get('x-team') ?? '',
    kind: 'team',
    usedBy: request.get('x-user'),
  }),
});
app.use(billing.middleware);

// A member's seat is stated, not counted: saying it again changes nothing, so it needs no key.
app.put('/members/:id', async (request, response) => {
  try {
    const seats = await request.bursar.entitlements.set({
      feature: 'seats',
      usedBy: request.params.id,
      amount: 1,
    });
    response.json({ used: seats.used, available: seats.available });
  } catch (error) {
    if (!isDenied(error)) throw error;
    response.status(error.status).json({ code: error.code });
  }
});
app.delete('/members/:id', async (request, response) => {
  const seats = await request.bursar.entitlements.set({
    feature: 'seats',
    usedBy: request.params.id,
    amount: 0,
  });
  response.json({ used: seats.used, available: seats.available });
});
app.post('/render', billing.consumes('renders'), (_request, response) => {
  response.json({ rendered: true });
});
app.get('/usage', async (request, response) => {
  const { items } = await request.bursar.entitlements.usage({ feature: 'renders', by: 'usedBy' });
  response.json(items.map(({ usedBy, used }) => ({ member: usedBy.id, used })));
});

await billing.start();
await bursar.subscribe({ customer: 'acme', kind: 'team', plan: 'team' });
const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(
    JSON.stringify({ listening: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  );
});
