/** A process that sends webhooks and makes queued changes until it is killed: the database of its parameter. */
import { createBursar } from '@bursar/core';
import { catalog } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

const [, , url = ''] = process.argv;
const webhooks = { allowPrivate: true, timeoutMilliseconds: 500 };
const bursar = createBursar({ catalog, database: url, logger: silentLogger, webhooks });
await bursar.start();
console.log('ready');
