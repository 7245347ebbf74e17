/** What may be done in a sequence, and how often each is drawn. Numbers that name something are taken modulo what there is. */
import fc from 'fast-check';
import type { PaperPlan } from './eager-quota.ts';

export type Step =
  | {
      readonly do: 'credit';
      readonly amount: number;
      readonly priority: number;
      /** In minutes from its start; null for ever. */
      readonly lasts: number | null;
      /** Counts only after so many minutes; null for at once. */
      readonly after: number | null;
    }
  | { readonly do: 'spend'; readonly amount: number }
  | { readonly do: 'hold'; readonly amount: number; readonly lasts: number }
  | {
      readonly do: 'capture';
      readonly which: number;
      readonly amount: number;
      readonly keep: boolean;
    }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'giveBack'; readonly which: number; readonly amount: number }
  | { readonly do: 'void'; readonly which: number }
  | { readonly do: 'transfer'; readonly amount: number }
  | { readonly do: 'quota'; readonly quota: number; readonly suspended: boolean }
  | { readonly do: 'cap'; readonly max: number | null }
  | { readonly do: 'advance'; readonly minutes: number };

export const MINUTE = 60_000;

const amount = fc.integer({ min: 1, max: 15 });
const which = fc.nat({ max: 50 });
const minutes = fc.integer({ min: 1, max: 12 });

type Facts<T extends Step['do']> = Omit<Extract<Step, { do: T }>, 'do'>;

function step<T extends Step['do']>(
  word: T,
  facts: { [K in keyof Facts<T>]: fc.Arbitrary<Facts<T>[K]> },
): fc.Arbitrary<Step> {
  return fc.record({
    ...facts,
    do: fc.constant(word),
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>;
}

const lasts = fc.option(fc.integer({ min: 1, max: 40 }), { nil: null });
const after = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: minutes },
);
const priority = fc.constantFrom(0, 0, 0, 1, 2);
const own: [weight: number, step: fc.Arbitrary<Step>][] = [
  [5, step('credit', { amount: fc.integer({ min: 1, max: 25 }), priority, lasts, after })],
  [6, step('spend', { amount })],
  [4, step('hold', { amount, lasts: minutes })],
  [4, step('capture', { which, amount, keep: fc.boolean() })],
  [2, step('release', { which })],
  [5, step('giveBack', { which, amount })],
  [1, step('void', { which })],
  [2, step('transfer', { amount })],
  [3, step('advance', { minutes })],
];
const quota = fc.integer({ min: 0, max: 30 });
const cap = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
);

export type Sequence = { readonly plan: PaperPlan | null; readonly steps: readonly Step[] };

/** A balance without a plan, or with one whose quota comes each period and is changed now and then. */
export function sequences(longest: number): fc.Arbitrary<Sequence> {
  const stepsOf = (most: typeof own) =>
    fc.array(fc.oneof(...most.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
      minLength: 5,
      maxLength: longest,
    });
  const plan = fc.record({
    quota,
    suspended: fc.constant(false),
    period: fc.integer({ min: 5, max: 25 }).map((length) => length * MINUTE),
    priority: fc.constantFrom(0, 0, 1),
    rolloverMax: fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
    per: fc.integer({ min: 3, max: 30 }).map((length) => length * MINUTE),
    max: cap,
  });
  const planned = plan.chain((plan) => {
    const suspended = plan.rolloverMax === null ? fc.boolean() : fc.constant(false);
    return fc.record({
      plan: fc.constant(plan),
      steps: stepsOf([
        ...own,
        [3, step('quota', { quota, suspended })],
        [2, step('cap', { max: cap })],
      ]),
    });
  });
  return fc.oneof(fc.record({ plan: fc.constant(null), steps: stepsOf(own) }), planned);
}
