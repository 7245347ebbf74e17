/** Boots once the line comes: opens the database of its first parameter, migrates, says that it is ready. */
import { once } from 'node:events';
import { migrate, openDatabase } from '../../packages/core/src/kernel/index.ts';
import { migrationsFolder } from '../../packages/core/src/migrations-folder.ts';
import { silentLogger } from '../support/silent-logger.ts';

console.log('loaded');
await once(process.stdin, 'data');
const database = await openDatabase(process.argv[2], { logger: silentLogger });
await migrate(database, { folder: migrationsFolder });
await database.query({ text: 'select id from bursar.tenants limit 1', values: [] });
await database.close();
console.log('ready');
process.exit(0);
