/**
 * A process that spends without a pause and says each spend once it was answered: what is on its output must be in the
 * books, whatever is killed. Every other lane spends under keys, ann's; the rest without, bob's.
 * Its parameters: database, tenant, how many at once, and a word its keys begin with.
 */
import { createBursar } from '@bursar/core';
import { catalog } from '../support/books.ts';
import { pause } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

/** One request's end: under which key, if it had one; how it `failed`, unless it was answered; after how long. */
export type Said = {
  readonly key: string | null;
  /** An error's code, and what it says of whether something was written. */
  readonly failed?: string;
  readonly written?: string;
  /** Milliseconds. */
  readonly took: number;
};

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
  const customer = lane % 2 === 0 ? 'ann' : 'bob';
  for (let number = 0; !isEnding; number += 1) {
    const key = lane % 2 === 0 ? `${word}-${lane}-${number}` : null;
    const since = performance.now();
    const end = (facts: Pick<Said, 'failed' | 'written'> = {}) =>
      say({ key, took: Math.round(performance.now() - since), ...facts });
    try {
      const idempotencyKey = key ?? undefined;
      await wallet.debit({ customer, unit: 'points', amount: 1, idempotencyKey });
      end();
    } catch (error) {
      const { code, details } = error as { code?: string; details?: { written?: string } };
      end({ failed: code ?? String(error), written: details?.written ?? 'no' });
      // While nothing answers, failures come at once.
      await pause(5);
    }
  }
}

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
