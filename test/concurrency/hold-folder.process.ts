/** Opens the embedded database in the folder of its first parameter, writes a row, and holds it until told. */
import { once } from 'node:events';
import { openDatabase } from '../../packages/core/src/kernel/index.ts';
import { silentLogger } from '../support/silent-logger.ts';

const database = await openDatabase(`file:${process.argv[2]}`, { logger: silentLogger });
await database.query({ text: 'create table if not exists marks (pid int)', values: [] });
await database.query({ text: 'insert into marks (pid) values ($1)', values: [process.pid] });
console.log('open');
await once(process.stdin, 'data');
await database.close();
process.exit(0);
