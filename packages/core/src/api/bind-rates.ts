/** `bursar.rates`, of one context: what an operator sets is kept with its reason. */
import { z } from 'zod';
import { audited } from '../audit/index.ts';
import type { AnyKeys } from '../catalog/index.ts';
import { readInput } from '../kernel/index.ts';
import { InvalidStateError } from '../ledger/index.ts';
import {
  convertMoney,
  listManualRates,
  listRates,
  listSources,
  type Pair,
  refreshRates,
  setRate,
  unsetRate,
} from '../rates/index.ts';
import type { Binding } from './binding.ts';
import type { RateVerbs } from './rate-verbs.ts';

const reasonInput = z.looseObject({ reason: z.string().min(1).max(500).optional() });

/** The verbs about rates. */
export function bindRates({ command, read }: Binding): RateVerbs<AnyKeys> {
  return {
    convert: (input) => read((scope) => convertMoney(scope, input)),
    list: () => read((scope) => listRates(scope)),
    sources: () =>
      read(async (scope) => ({
        providers: await listSources(scope),
        manual: await listManualRates(scope),
      })),
    async set(input) {
      const { reason, ...asked } = readInput(reasonInput, input) as typeof input;
      const { from, to, rate } = asked;
      await command((scope) =>
        audited(
          scope,
          reason,
          (inner) => setRate(inner, asked),
          ({ old, new: now }) => lineOf('rates.set', asked, { old, new: now }),
        ),
      );
      return { from, to, rate };
    },
    async unset(input) {
      const { reason, ...asked } = readInput(reasonInput, input) as typeof input;
      const { old } = await command((scope) =>
        audited(
          scope,
          reason,
          (inner) => unsetRate(inner, asked),
          ({ old: was }) => (was === null ? null : lineOf('rates.unset', asked, { old: was })),
        ),
      );
      return { deleted: old !== null };
    },
    refresh: () =>
      read(async (scope) => {
        if (scope.inTransaction)
          throw new InvalidStateError('Rates are fetched outside of transactions.', {});
        return { providers: await refreshRates(scope, { now: true }) };
      }),
  };
}

function lineOf(
  operation: string,
  { from, to }: Pair,
  facts: Readonly<Record<string, string | null>>,
) {
  return { operation, customer: null, subject: { type: 'rate', id: `${from}/${to}` }, facts };
}
