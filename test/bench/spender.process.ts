/**
 * A process that spends from one hot balance for a while when told to, and says how often.
 * Its parameters: database, `bursar` or `interactive`, how many at once.
 */
import { createBursar } from '@bursar/core';
import { openBaselines } from './baselines.ts';
import { catalog } from './catalog.ts';

const [database = '', whose, atOnce = '64'] = process.argv.slice(2);
const bursar = createBursar({ catalog, database });
await bursar.ready();
const hand = await openBaselines(database, 0);
const spend =
  whose === 'bursar'
    ? () => bursar.tryConsume({ customer: 'c0', feature: 'calls' })
    : () => hand.interactive(0);
process.stdin.on('data', (line) => void work(Number(line)));
console.log('ready');

async function work(seconds: number): Promise<void> {
  if (seconds === 0) process.exit(0);
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: Number(atOnce) }, async () => {
      for (; performance.now() < end; done += 1) await spend();
    }),
  );
  console.log(done);
}
