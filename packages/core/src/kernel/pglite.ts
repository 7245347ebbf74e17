/**
 * The handle over PGlite: one connection in this process, so everything on it waits its turn.
 *
 * A statement sent to the handle from inside a transaction of its own would wait for ever: it throws instead.
 * A wait for somebody else's transaction ends after a deadline, and what waited is then never run.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { PGlite } from '@electric-sql/pglite';
import type { Row } from './codec.ts';
import { DatabaseError } from './errors.ts';
import { translate } from './failures.ts';
import type { Database, Ear, Lane, OpenDatabase } from './lane.ts';
import { startInstance } from './pglite-instance.ts';
import { createProtocol } from './pglite-protocol.ts';
import { schemaRewriter } from './schema-name.ts';
import type { Statement } from './statement.ts';

type Inside = { readonly client: PGlite; open: boolean };

const inside = new AsyncLocalStorage<Inside>();

/** A handle over a folder, `memory://`, or the host's open instance. */
export async function openPglite(
  target: string | object,
  options: OpenDatabase & { schema: string },
): Promise<Database> {
  const own = typeof target === 'string' ? await startInstance(target, options.template) : null;
  const client = own?.client ?? (target as PGlite);
  const protocol = createProtocol(client);
  const rewrite = schemaRewriter(options.schema);
  const deadline = options.acquireMilliseconds ?? 5_000;
  let closing: Promise<void> | null = null;

  function send({ text, values }: Statement): Promise<Row[]> {
    return client._runExclusiveQuery(() => protocol.run(rewrite(text), values));
  }

  /** PGlite runs several statements at once only where none has values. */
  async function sendScript(statement: Statement): Promise<Row[]> {
    if (statement.values.length > 0) return send(statement);
    return client._runExclusiveQuery(() => protocol.script(rewrite(statement.text)));
  }

  function refuseIfStuck(): void {
    if (closing) throw new DatabaseError('The database handle is closed.');
    const transaction = inside.getStore();
    if (transaction?.open && transaction.client === client) throw outerHandleInside();
  }

  function query(statement: Statement): Promise<Row[]> {
    refuseIfStuck();
    return waitingAtMost(deadline, (start) =>
      client._runExclusiveTransaction(async () => {
        start();
        return send(statement);
      }),
    );
  }

  async function transaction<T>(lane: Lane, work: (lane: Lane) => Promise<T>): Promise<T> {
    refuseIfStuck();
    const state: Inside = { client, open: true };
    return waitingAtMost(deadline, (start) =>
      client.transaction(async () => {
        start();
        return inside.run(state, () => whileOpen(state, lane, work));
      }),
    );
  }

  return {
    kind: 'pglite',
    schema: options.schema,
    query: async (statement) => query(statement),
    transaction: (work) => transaction({ query: send }, work),
    session: (work) => transaction({ query: sendScript }, work),
    listen: hearNobody,
    ping: async () => void (await query({ text: 'select 1', values: [] })),
    close() {
      closing ??= own?.stop() ?? Promise.resolve();
      return closing;
    },
  };
}

/** The lane is good until `work` has settled; afterwards nothing may be sent on it. */
async function whileOpen<T>(
  state: Inside,
  lane: Lane,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  try {
    return await work({
      async query(statement) {
        if (!state.open)
          throw new Error('This transaction is over: nothing of it may be kept and used.');
        return lane.query(statement).catch(raise);
      },
    });
  } finally {
    state.open = false;
  }
}

/**
 * Ends the wait, not the work: `start` is called once the turn has come, and throws if the wait was over by then.
 * @throws {DatabaseError} The turn did not come in time; nothing was or will be run.
 */
function waitingAtMost<T>(
  milliseconds: number,
  run: (start: () => void) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(waitedTooLong(milliseconds));
    }, milliseconds);
    run(() => {
      if (late) throw waitedTooLong(milliseconds);
      clearTimeout(timer);
    }).then(resolve, (error) => {
      clearTimeout(timer);
      reject(translate(error));
    });
  });
}

function waitedTooLong(milliseconds: number): DatabaseError {
  return new DatabaseError(
    `The embedded database was busy for ${milliseconds} ms and nothing was run. It has one connection: ` +
      'before a transaction of your own await bursar.ready(), and inside it use bursar.using(tx).',
  );
}

function outerHandleInside(): DatabaseError {
  return new DatabaseError(
    'This statement is inside a transaction of the embedded database but was sent past it, and would wait for ever: ' +
      'use the scope or kit that the transaction gave you, or bursar.using(tx).',
  );
}

function raise(error: unknown): never {
  throw translate(error);
}

/** The embedded database belongs to one process: there is nobody else to hear. */
function hearNobody(_: string, ear: Ear): () => Promise<void> {
  ear.ready();
  return async () => {};
}
