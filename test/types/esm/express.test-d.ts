/**
 * Guards on Express routes; a route's parameters stay inferred. Compiled, never run: it fails when a line marked as an
 * error compiles, or any other does not.
 */
import { bursarExpress } from '@bursar/express';
import express from 'express';
import { bursar } from './billing.ts';

const app = express();
const billing = bursarExpress({ bursar, customer: (req) => req.get('x-user') });
app.use('/billing', billing.router);

app.get('/a', billing.subscribed('track-time'), (_, res) => void res.send('a'));
app.get('/b/:id', billing.minBalance('points', 100), (req, res) => void res.send(req.params.id));
app.post(
  '/c',
  billing.consumes('ai-tokens', (req) => req.body.size, { hold: true }),
  async (req, res) => {
    res.json(await req.bursar.capture(5, 'ai-tokens'));
  },
);
app.use(billing.errors);

// @ts-expect-error A typo in the feature.
billing.subscribed('trak-time');
// @ts-expect-error A boolean feature cannot be consumed.
billing.consumes('track-time', 1);
// @ts-expect-error Not a unit.
billing.minBalance('track-time', 1);
