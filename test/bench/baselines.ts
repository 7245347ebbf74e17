/**
 * What a careful developer writes by hand instead: check, update and ledger row with a unique key, by one statement or
 * by the interactive transaction that most libraries use.
 */
import postgres from 'postgres';

export type Baselines = {
  /** A conditional update and the ledger row, as one statement. */
  oneStatement(account: number): Promise<void>;
  /** BEGIN, SELECT FOR UPDATE, UPDATE, INSERT, COMMIT. */
  interactive(account: number): Promise<void>;
  /** What autovacuum does to new tables within a minute: until then plans are made for empty ones. */
  analyze(): Promise<void>;
  /** True when what was spent is what the ledger says. */
  check(): Promise<boolean>;
  close(): Promise<void>;
};

const START = 1_000_000_000;

/** Makes the tables and `accounts` accounts in their own schema; of no accounts, those that are there serve. */
export async function openBaselines(url: string, accounts: number): Promise<Baselines> {
  const sql = postgres(url, { max: 10, max_pipeline: 1, onnotice: () => {} } as postgres.Options<
    Record<string, never>
  >);
  if (accounts > 0) await sql.unsafe(tables(accounts));
  let keys = 0;
  const nextKey = () => {
    keys += 1;
    return `k${process.pid}-${keys}`;
  };
  return {
    async oneStatement(account) {
      await sql`
        with account as (
          update by_hand.accounts set balance = balance - 1 where id = ${account} and balance >= 1 returning id, balance
        )
        insert into by_hand.ledger (account, amount, balance_after, key) select id, -1, balance, ${nextKey()} from account`;
    },
    async interactive(account) {
      await sql.begin(async (tx) => {
        const [row] =
          await tx`select balance from by_hand.accounts where id = ${account} for update`;
        const left = Number(row?.balance) - 1;
        if (left < 0) throw new Error('insufficient');
        await tx`update by_hand.accounts set balance = ${left} where id = ${account}`;
        await tx`insert into by_hand.ledger (account, amount, balance_after, key) values (${account}, -1, ${left}, ${nextKey()})`;
      });
    },
    analyze: async () => void (await sql.unsafe('analyze')),
    async check() {
      const [row] = await sql`
        select (select ${START}::bigint * count(*) - sum(balance) from by_hand.accounts) = (select count(*) from by_hand.ledger) as ok`;
      return row?.ok === true;
    },
    close: () => sql.end(),
  };
}

function tables(accounts: number): string {
  return `
    drop schema if exists by_hand cascade;
    create schema by_hand;
    create table by_hand.accounts (id int primary key, balance bigint not null check (balance >= 0)) with (fillfactor = 50);
    create table by_hand.ledger (
      account int not null references by_hand.accounts, sequence bigint generated always as identity, amount bigint not null,
      balance_after bigint not null, key text unique, at timestamptz not null default now(), primary key (account, sequence));
    insert into by_hand.accounts select id, ${START} from generate_series(0, ${accounts - 1}) as id`;
}
