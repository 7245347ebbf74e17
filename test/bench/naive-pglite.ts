/** The interactive transaction that most libraries use, on PGlite. */
import { PGlite } from '@electric-sql/pglite';

/** One account and its ledger, in memory. */
export async function openNaivePglite(): Promise<{
  spend(): Promise<void>;
  close(): Promise<void>;
}> {
  const client = await PGlite.create('memory://');
  await client.exec(`
    create table accounts (id int primary key, balance bigint not null);
    create table ledger (id bigint generated always as identity primary key, amount bigint not null, balance_after bigint not null,
                         key text unique);
    insert into accounts values (1, 1000000000)`);
  let keys = 0;
  return {
    async spend() {
      await client.transaction(async (tx) => {
        const { rows } = await tx.query<{ balance: number }>(
          'select balance from accounts where id = 1 for update',
        );
        const left = Number(rows[0]?.balance) - 1;
        if (left < 0) throw new Error('insufficient');
        keys += 1;
        await tx.query('update accounts set balance = $1 where id = 1', [left]);
        await tx.query('insert into ledger (amount, balance_after, key) values (-1, $1, $2)', [
          left,
          `k${keys}`,
        ]);
      });
    },
    close: () => client.close(),
  };
}
