/** Does a spend commit with the app's own row? Here with Drizzle; other drivers differ in one line, named at the end. */

import { createBursar, defineCatalog } from '@bursar/core';
import { PGlite } from '@electric-sql/pglite';
import { eq } from 'drizzle-orm';
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';

const catalog = defineCatalog({
  features: { renders: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { renders: { quota: 2 } } } },
});
declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}

// The app's own database and table.
const client = await PGlite.create('memory://');
const db = drizzle(client);
const renders = pgTable('renders', {
  id: serial().primaryKey(),
  owner: text().notNull(),
  pages: integer().notNull(),
});
await client.exec(
  'create table renders (id serial primary key, owner text not null, pages int not null)',
);

const bursar = createBursar({ catalog, database: db });
await bursar.ready();

/** The row and the spend: both or neither. */
async function render(owner: string, pages: number): Promise<string> {
  try {
    await db.transaction(async (tx) => {
      await tx.insert(renders).values({ owner, pages });
      await bursar.using(tx).consume({ customer: owner, feature: 'renders' });
      if (pages > 100) throw new Error('too many pages');
    });
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed by itself';
  }
}

const outcomes = [
  await render('ann', 10),
  await render('ann', 1000),
  await render('ann', 20),
  await render('ann', 30),
];
const rows = await db.select().from(renders).where(eq(renders.owner, 'ann'));
const { used } = await bursar.check({ customer: 'ann', feature: 'renders', amount: 0 });
console.log(JSON.stringify({ outcomes, rows: rows.length, used }));

// postgres.js:  sql.begin((tx) => bursar.using(tx).consume(…))
// pg:           await client.query('begin'); await bursar.using(client).consume(…); await client.query('commit')
// Prisma:       prisma.$transaction((tx) => bursar.using(prismaTx(tx)).consume(…))
// Kysely:       bursar.using({ query: (text, values) => trx.executeQuery(CompiledQuery.raw(text, values)) })
await bursar.close();
await client.close();
