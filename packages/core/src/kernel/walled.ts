/**
 * The second wall: each connection says whose rows its statements are about, and PostgreSQL shows it no others.
 *
 * What a connection has said is remembered, so that only another tenant's turn costs anything, and by itself that travels
 * with the statement. Behind a pooler a connection is somebody else's a moment later: there each transaction says it anew.
 */
import type { Row } from './codec.ts';
import type { Database, Lane } from './lane.ts';
import type { Pool } from './pool.ts';
import { inTransaction, onSlot, type Send, whileAlive } from './slots.ts';
import { list, type Statement, sql } from './statement.ts';

type Walled = Pick<Database, 'query' | 'transaction'>;

/** Of nobody: what a statement sees that says nothing. */
const nobody = '{}';

/** A handle's statements and transactions in the name of a tenant; `null` is nobody's. */
export function walledBy(
  pool: Pool,
  send: Send,
  { isPooled }: { readonly isPooled: boolean },
): (tenant: number | null) => Walled {
  return (tenant) => {
    const own = tenant === null ? nobody : list([tenant]);
    const transaction: Walled['transaction'] = (work) =>
      onSlot(pool, async (slot) => {
        if (!isPooled && slot.tenants !== own) {
          slot.tenants = null;
          await whileAlive(slot, () => send(slot.client, saying(own, 'session')));
          slot.tenants = own;
        }
        return inTransaction(slot, send, (lane) => work(saysWhose(lane, own, slot.tenants)));
      });
    return {
      transaction,
      query(statement) {
        const whose = whoseOf(statement) ?? own;
        if (isPooled || whose === everybody) return transaction((lane) => lane.query(statement));
        return onSlot(pool, (slot) => {
          if (slot.tenants === whose) return whileAlive(slot, () => send(slot.client, statement));
          slot.tenants = null;
          return whileAlive(slot, async () => {
            // Both are under way at once, in this order. If it cannot be said, nobody hears what was answered.
            const [, rows] = await Promise.all([
              send(slot.client, saying(whose, 'session')),
              send(slot.client, statement),
            ]);
            slot.tenants = whose;
            return rows;
          });
        });
      },
    };
  };
}

/**
 * A transaction's lane that says whose rows each statement is about, for as long as the transaction lasts.
 * @param own Of statements that do not say it themselves; `null`: they see what was said last.
 * @param said What holds when it begins; `null` where nobody knows.
 */
export function saysWhose(lane: Lane, own: string | null, said: string | null): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let current = said;

  async function ask(statement: Statement, whose: string | null): Promise<Row[]> {
    if (whose !== null && whose !== current) {
      current = null;
      await lane.query(saying(whose, 'transaction'));
      current = whose;
    }
    return lane.query(statement);
  }

  /** One at a time: what is said is said to the whole transaction. */
  function inTurn(statement: Statement, whose: string | null): Promise<Row[]> {
    const asked = last.then(() => ask(statement, whose));
    last = asked.catch(() => {});
    return asked;
  }

  return {
    query: (statement) => inTurn(statement, whoseOf(statement) ?? own),
    within(tenant) {
      // The host may have gone back to a savepoint since, and what was said after it is unsaid.
      current = null;
      const whose = list([tenant]);
      return { query: (statement) => inTurn(statement, whoseOf(statement) ?? whose) };
    },
  };
}

const everybody = 'everybody';

function whoseOf({ tenants }: Statement): string | null {
  if (tenants === undefined) return null;
  if (tenants === 'all') return everybody;
  return list([...new Set(tenants)].sort((one, other) => one - other));
}

function saying(whose: string, until: 'session' | 'transaction'): Statement {
  const isLocal = until === 'transaction';
  if (whose === everybody)
    return sql`
      select set_config('bursar.tenants', coalesce(array_agg(id), '{}')::text, ${isLocal}) from bursar.tenants`;
  return sql`select set_config('bursar.tenants', ${whose}, ${isLocal})`;
}
