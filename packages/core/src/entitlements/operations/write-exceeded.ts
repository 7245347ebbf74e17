/** Writing down what was refused for want of quota, minute by minute, after it was refused and on its own. */
import { leaveOutErased } from '../../customers/index.ts';
import { announceCounted } from '../../events/index.ts';
import { contentHash, type Scope } from '../../kernel/index.ts';
import type { Exceeded } from '../exceeded-tally.ts';

/**
 * Announces `quota.exceeded` durably, at most once per customer, feature and minute: other processes add to the same row for
 * as long as nobody was given it. Of erased customers nothing is written.
 *
 * @returns What came too late for its minute and is still to be told.
 */
export function writeExceeded(scope: Scope, exceeded: readonly Exceeded[]): Promise<Exceeded[]> {
  return scope.transaction(async (inner) => {
    const names = [...new Set(exceeded.map(({ customer }) => customer))];
    const named = await leaveOutErased(inner, names);
    const told = exceeded.filter(({ customer }) => named.has(customer));
    const rows = told.map(({ at, attempts, customer, feature, source, requested, available }) => ({
      ...{ at, attempts },
      said: {
        ...{ type: 'quota.exceeded', customer, source },
        subject: { type: 'feature', id: feature },
        data: { feature, requested, available },
      },
    }));
    const ids = told.map((one) => idOf(inner, one));
    const written = await announceCounted(
      inner,
      rows.map((row, index) => ({ ...row, id: ids[index] ?? '' })),
    );
    return told.filter((_, index) => !written.has(ids[index] ?? ''));
  });
}

/** The same in every process. */
function idOf({ tenant }: Scope, { customer, feature, minute }: Exceeded): string {
  const what = ['quota.exceeded', tenant.key, customer, feature, minute];
  return `evt_${contentHash(what).slice(0, 32)}`;
}
