/** Taking from a balance, counted and timed where the host collects metrics: the ledger's door gives this out as `spend`. */
import { count, isCounting, record, type Scope, stopwatch } from '../kernel/index.ts';
import { spend } from './operations/spend.ts';
import type { Spend, SpendAnswer } from './spending.ts';

/** As `spend` of the operations, to the letter. */
export function measuredSpend(scope: Scope, input: Spend): Promise<SpendAnswer> {
  return isCounting() ? timed(scope, input) : spend(scope, input);
}

async function timed(scope: Scope, input: Spend): Promise<SpendAnswer> {
  const began = stopwatch();
  let outcome = 'failed';
  try {
    const answer = await spend(scope, input);
    outcome = answer.allowed ? 'accepted' : 'refused';
    if (answer.allowed) {
      const kind = input.hold ? 'hold' : 'spend';
      count('spends', { 'bursar.kind': kind, 'bursar.replayed': answer.replayed });
    }
    return answer;
  } finally {
    record('spendDuration', (stopwatch() - began) / 1000, { 'bursar.outcome': outcome });
  }
}
