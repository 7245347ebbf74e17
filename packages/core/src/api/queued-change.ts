/**
 * Changes of a balance that are asked for now and made later: a job with a key, so it is made once however often it is asked
 * for or delivered. Inside the host's transaction the request commits with the host's own rows and waits for no balance.
 */
import { z } from 'zod';
import { unitOf } from '../catalog/index.ts';
import { queueJob } from '../jobs/index.ts';
import { contentHash, IdempotencyConflictError, readInput, type Scope } from '../kernel/index.ts';
import { credit, debitInput } from '../ledger/index.ts';
import { debit } from './bind-moves.ts';
import type { Binding } from './binding.ts';
import type { JobKind } from './job-runner.ts';

const kind = 'wallet.change';

const changeInput = debitInput
  .pick({ customer: true, unit: true, amount: true, reference: true })
  .extend({
    operation: z.enum(['credit', 'debit']),
    idempotencyKey: z.string().min(1).max(255),
  });

type Change = z.infer<typeof changeInput>;

/** `wallet.queue`, of one binding. */
export function bindQueue({ command, whole, queued }: Binding) {
  return {
    queue: async (input: unknown) => {
      const change = readInput(changeInput, whole(input));
      const { idempotencyKey: key } = change;
      const job = await command((scope) => {
        unitOf(scope, change.unit);
        return queueJob(scope, { kind, key: ownKey(change), payload: change });
      });
      if (!job.isSame) throw new IdempotencyConflictError(key);
      queued();
      return { job: job.id, replayed: !job.isNew };
    },
  };
}

/** A key is its customer's, and a job's the tenant's: another customer may have the same one. */
function ownKey({ customer, idempotencyKey }: Change): string {
  return contentHash([customer, idempotencyKey]);
}

/** Making them, each in the transaction that ends its job. */
export const queuedChanges: JobKind = {
  ...{ kind, concurrency: 4, perLane: 4, attemptsMax: 12 },
  run: async ({ payload }) => {
    const change = readInput(changeInput, payload);
    return { write: (scope) => make(scope, change) };
  },
};

function make(scope: Scope, { operation, idempotencyKey, ...change }: Change): Promise<unknown> {
  const key = idempotencyKey;
  if (operation === 'debit') return debit(scope, { ...change, idempotencyKey });
  return credit(scope, { ...change, key, source: 'wallet.credit' });
}
