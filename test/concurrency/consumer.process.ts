/** A process that consumes, durably and in every way, until it is killed: the database of its first parameter, the events of its second. */
import { createBursar, type QueryClient } from '@bursar/core';
import postgres from 'postgres';
import { catalog } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

const [, , url = '', tenant = ''] = process.argv;
const bursar = createBursar({ catalog, database: url, logger: silentLogger });
const own = postgres(url, { max: 4 });
const types = ['subscription.created', 'subscription.canceled'] as const;
const common = { types, timeout: 500, attempts: 100 };
bursar.events.consumer('ledgerer', {
  ...common,
  transaction: true,
  async handle({ id, tenant: of }, { tx }) {
    if (of === tenant)
      await (tx as QueryClient).query('insert into host_log (event) values ($1)', [id]);
  },
});
bursar.events.consumer('mailer', {
  ...common,
  async handle({ id, tenant: of }) {
    if (of === tenant) await own`insert into host_mail (event) values (${id})`;
  },
});
bursar.events.consumer('bookkeeper', {
  types: ['balance.updated'],
  timeout: 500,
  attempts: 100,
  transaction: true,
  async handle({ tenant: of, subject, sequence }, { tx }) {
    const values = [subject.id, sequence];
    if (of === tenant)
      await (tx as QueryClient).query('insert into host_book values (default, $1, $2)', values);
  },
});
bursar.events.consumer('clerk', {
  ...{ types: ['balance.updated'], timeout: 500, attempts: 100 },
  async handle({ tenant: of, id }) {
    if (of === tenant) await own`insert into host_mail (event) values (${id})`;
  },
});
await bursar.start();
console.log('ready');
