/**
 * What is a transaction and what is not, and whose it is. Compiled, never run: it fails when a line marked as an error
 * compiles, or any other does not.
 */
import { type Bursar, createBursar, prismaTx } from '@bursar/core';
import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite';
import { drizzle as drizzlePg, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import type postgres from 'postgres';
import { bursar, catalog, db, renders, sql } from './billing.ts';

declare const registered: Bursar;
declare const pool: pg.Pool;
declare const client: pg.PoolClient;
declare const pglite: PGlite;

// The host's own.
await db.transaction(async (tx) => {
  const spent = await bursar.using(tx).consume({ customer: 'ann', feature: 'api-calls' });
  await tx.insert(renders).values({ label: spent.transferId, pages: 3 });
  await tx.transaction(async (inner) => {
    await registered.using(inner).entitlements.set({ customer: 't', feature: 'seats', amount: 1 });
  });
});
await db.transaction((tx) =>
  bursar.tenant('acme').using(tx).customer('ann').check({ feature: 'track-time' }),
);
await sql.begin(async (tx) => {
  await bursar.using(tx).customer('ann').consume({ feature: 'api-calls' });
  await tx.savepoint(async (inner) => bursar.using(inner).state('ann'));
});
await pglite.transaction(async (tx) => bursar.using(tx).state('ann'));
await drizzlePglite({ client: pglite }).transaction(async (tx) => bursar.using(tx).state('ann'));
await drizzlePg({ client: pool }).transaction(async (tx) => bursar.using(tx).state('ann'));
bursar.using(client);
bursar.using(new pg.Client());
bursar.using({ query: (text, values) => client.query(text, values) });
bursar.using(prismaTx({ $queryRawUnsafe: async () => [] }));

// The kit's, of the host's kind.
await bursar.transaction(async (kit, tx) => {
  await kit.consume({ customer: 'ann', feature: 'api-calls' });
  await tx.insert(renders).values({ label: 'x', pages: 1 });
  (await tx.query.renders.findMany())[0]?.pages satisfies number | undefined;
  // @ts-expect-error Its keys are the kit's.
  await kit.consume({ customer: 'ann', feature: 'track-time' });
});
(await bursar.transaction(async () => 5)) satisfies number;
await createBursar({ catalog, database: sql }).transaction(async (_, tx) => {
  tx satisfies postgres.TransactionSql;
});
await createBursar({ catalog, database: pglite }).transaction(async (_, tx) => {
  tx satisfies PGliteTransaction;
});
await createBursar({ catalog, database: 'memory://' }).transaction(async (_, tx) => {
  await tx.query('select 1', []);
  // @ts-expect-error A URL gives the shape of pg's clients, and no more.
  tx.insert;
});

// @ts-expect-error A database is no transaction.
bursar.using(db);
// @ts-expect-error Nor is a client.
bursar.using(sql);
// @ts-expect-error Nor is the embedded database.
bursar.using(pglite);
// @ts-expect-error Nor is a pool: each statement would run on another connection.
bursar.using(pool);
declare const overPool: NodePgDatabase & { $client: pg.Pool };
// @ts-expect-error Nor is Drizzle over one.
bursar.using(overPool);
declare const prisma: { $queryRawUnsafe(text: string): Promise<unknown>; $executeRaw(): void };
// @ts-expect-error Prisma's goes through prismaTx.
bursar.using(prisma);
// @ts-expect-error Nor is nothing.
bursar.using(undefined);
