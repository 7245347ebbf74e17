/**
 * One of several processes that race: it opens a kit on the database of its first parameter, waits for a line, does all
 * that the line asks for as concurrently as it is told, and answers with a line of what came of it.
 */
import { createInterface } from 'node:readline';
import { createBursar, isBursarError } from '@bursar/core';
import { z } from 'zod';
import { catalog } from '../support/books.ts';
import { silentLogger } from '../support/silent-logger.ts';

const taskShape = z.object({
  tenant: z.string(),
  do: z.enum(['spend', 'consume', 'hold', 'transfer']),
  attempts: z.int(),
  atOnce: z.int(),
  /** `k` and the attempt's number modulo this, for spends under keys. */
  keys: z.int().optional(),
  customers: z.array(z.string()).default(['ann']),
  feature: z.enum(['api-calls', 'ai-tokens']).default('api-calls'),
  /** The time it is for all that follows; the system's until one is given. */
  at: z.iso.datetime().optional(),
});
export type Task = z.input<typeof taskShape>;

/** How often each outcome came: `accepted`, `replayed`, or an error's code; with its message where no spend should meet it. */
export type Outcomes = Record<string, number>;

let moment: Date | null = null;
const bursar = createBursar({
  catalog,
  clock: { now: () => moment ?? new Date() },
  database: process.argv[2],
  logger: silentLogger,
  // Who waits too long for a lock or a connection is told so; here a slow machine must not be what decides.
  pool: {
    acquireMilliseconds: 60_000,
    statementMilliseconds: 30_000,
    lockMilliseconds: 20_000,
  },
});
await bursar.ready();
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  console.log(JSON.stringify(await work(taskShape.parse(JSON.parse(line)))));
}
await bursar.close();
process.exit(0);

async function work(task: z.output<typeof taskShape>): Promise<Outcomes> {
  if (task.at !== undefined) moment = new Date(task.at);
  const outcomes: Outcomes = {};
  let next = 0;
  await Promise.all(
    Array.from({ length: task.atOnce }, async () => {
      for (let number = next++; number < task.attempts; number = next++) {
        const outcome = await attempt(task, number);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    }),
  );
  return outcomes;
}

async function attempt(task: z.output<typeof taskShape>, number: number): Promise<string> {
  const kit = bursar.tenant(task.tenant);
  const customer = task.customers[number % task.customers.length] ?? 'ann';
  const other = task.customers[(number + 1) % task.customers.length] ?? 'bob';
  const idempotencyKey = task.keys === undefined ? undefined : `k${number % task.keys}`;
  const moved = { customer, unit: 'points', amount: 1, idempotencyKey } as const;
  try {
    if (task.do === 'spend') return told(await kit.wallet.debit(moved));
    if (task.do === 'transfer') return told(await kit.wallet.transfer({ ...moved, to: other }));
    if (task.do === 'hold') return told(await kit.hold(moved));
    return told(await kit.consume({ customer, feature: task.feature, idempotencyKey }));
  } catch (error) {
    if (!isBursarError(error)) throw error;
    return error.code === 'database' ? `database: ${error.message}` : error.code;
  }
}

function told({ replayed }: { replayed: boolean }): string {
  return replayed ? 'replayed' : 'accepted';
}
