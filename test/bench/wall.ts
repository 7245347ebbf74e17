/**
 * What the second wall costs: `npx -y pnpm@12.21.0 --filter @bursar/test exec tsx --conditions=@bursar/source bench/wall.ts`.
 * Lone debits of one tenant and of two in turn, by kits with and without `rls: true`, round by round on the same rows.
 */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { startServer } from '../support/server.ts';
import { catalog } from './catalog.ts';
import { measure, print } from './measure.ts';

const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const server = await startServer({ durable: true });
const { adminUrl: directUrl } = server;
const admin = postgres(directUrl, { max: 1, onnotice: () => {} });
await admin.unsafe(`
  create role walled login password 'walled';
  create schema bursar;
  grant usage on schema bursar to walled;
  alter default privileges in schema bursar grant select, insert, update, delete on tables to walled;
  alter default privileges in schema bursar grant usage on sequences to walled`);
await admin.end();
const login = new URL(directUrl);
login.username = login.password = 'walled';

// One connection each: who goes from tenant to tenant then does so on it, every time.
const pool = { connectionsMax: 1 };
const open = createBursar({ catalog, database: directUrl, pool });
await open.ready();
const walled = createBursar({ catalog, database: login.href, directUrl, rls: true, pool });
await walled.ready();
let turn = 0;
const spend = (kit: typeof open, tenant: string) =>
  kit.tenant(tenant).consume({ customer: 'ann', feature: 'calls' });
const inTurn = (kit: typeof open) => {
  turn += 1;
  return spend(kit, turn % 2 === 0 ? 'one' : 'two');
};
const contenders = [
  { name: 'one tenant', run: () => spend(open, 'one') },
  { name: 'one tenant, rls', run: () => spend(walled, 'one') },
  { name: 'two in turn', run: () => inTurn(open) },
  { name: 'two in turn, rls', run: () => inTurn(walled) },
];
print(
  'lone debits, one connection',
  await measure(contenders, { concurrency: 1, seconds, rounds }),
);
await Promise.all([open.close(), walled.close()]);
await server.stop();
