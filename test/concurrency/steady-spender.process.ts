/**
 * A process that spends under keys without a pause and says each spend once it was answered: what is on its output must
 * be in the books, whatever is killed. Its parameters: database, tenant, how many at once, and a word its keys begin with.
 */
import { createBursar } from '@bursar/core';
import { catalog } from '../support/books.ts';
import { silentLogger } from '../support/silent-logger.ts';

/** `answered` by key; or how it `failed`, after so many milliseconds. */
export type Said =
  | { readonly answered: string; readonly took: number }
  | { readonly failed: string; readonly took: number };

const [database, tenant = '', atOnce = '1', word = 'k'] = process.argv.slice(2);
const bursar = createBursar({ catalog, database, logger: silentLogger });
await bursar.ready();
const { wallet } = bursar.tenant(tenant);
let isEnding = false;
process.stdin.once('data', () => {
  isEnding = true;
});
console.log('ready');
await Promise.all(Array.from({ length: Number(atOnce) }, (_, lane) => spendOn(lane)));
await bursar.close();
console.log('ended');
process.exit(0);

async function spendOn(lane: number): Promise<void> {
  for (let number = 0; !isEnding; number += 1) {
    const key = `${word}-${lane}-${number}`;
    const since = performance.now();
    const took = () => Math.round(performance.now() - since);
    try {
      await wallet.debit({ customer: 'ann', unit: 'points', amount: 1, idempotencyKey: key });
      say({ answered: key, took: took() });
    } catch (error) {
      say({ failed: (error as { code?: string }).code ?? String(error), took: took() });
    }
  }
}

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
