/** A process that pays withdrawals out until it is killed: the database of its parameter, where the bank has its table, too. */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { catalog, pause } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

const [, , url = ''] = process.argv;
const host = postgres(url, { max: 4, onnotice: () => {} });

/** Each payment is a row, and nothing keeps a second one out: a bank that counts what it is told. */
const bank = {
  timeoutMilliseconds: 300,
  async send({ withdrawal }: { withdrawal: string }) {
    // Some are slow before they pay, some after, some never answer: a kill meets each.
    const dice = Math.random();
    await pause(dice * 100);
    const [refused] = await host`select from bank_refusals where withdrawal = ${withdrawal}`;
    if (refused) return { state: 'failed', reason: 'refused before' } as const;
    await host`insert into bank_payments (withdrawal) values (${withdrawal})`;
    await pause(dice > 0.6 ? 1_000 : dice * 100);
    return { state: 'paid' } as const;
  },
  async find({ withdrawal }: { withdrawal: string }) {
    await host`insert into bank_refusals (withdrawal)
               select ${withdrawal} where not exists (select from bank_payments where withdrawal = ${withdrawal})
               on conflict do nothing`;
    const [paid] = await host`select from bank_payments where withdrawal = ${withdrawal}`;
    return paid
      ? ({ state: 'paid', reference: 'found' } as const)
      : ({ state: 'failed', reason: 'never heard of' } as const);
  },
};

const bursar = createBursar({ catalog, database: url, logger: silentLogger, payouts: { bank } });
await bursar.start();
console.log('ready');
