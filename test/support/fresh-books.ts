/** Suites of the ledger: on both databases, each test with the books of a tenant nobody has used. */
import { beforeAll } from 'vitest';
import type { Scope } from '../../packages/core/src/kernel/index.ts';
import { addDuration } from '../../packages/core/src/kernel/index.ts';
import {
  credit,
  type PlanOf,
  type Spend,
  type SpendAnswer,
  spend,
} from '../../packages/core/src/ledger/index.ts';
import { type Books, openBooks } from './books.ts';
import type { Engine } from './databases.ts';
import { describeMigrated, type MigratedDatabase } from './kernel.ts';

/** When `fresh` opens its scope. */
export const noon = '2026-01-10T12:00:00Z';
export const source = 'test';
/** Ann's points: a credit unit without a plan, floor 0. */
export const points = { customer: 'ann', unit: 'points' } as const;
export const clean = { ok: true, broken: [] } as const;

/** `other` is a second process on the same books; `scope` is of `books`, at noon. */
export type Fresh = (plan?: PlanOf) => Promise<{ books: Books; other: Books; scope: Scope }>;

let tenants = 0;
let holds = 0;

/** `fresh` opens the books of a new tenant, and a scope on them at noon. */
export function describeBooks(
  name: string,
  suite: (fresh: Fresh) => void,
  engines?: readonly Engine[],
): void {
  describeMigrated(
    name,
    (make) => {
      let home: MigratedDatabase;
      beforeAll(async () => {
        home = await make();
      });
      suite(async (plan) => {
        tenants += 1;
        const open = () => openBooks(home.database, `books${tenants}`, plan);
        const books = open();
        return { books, other: open(), scope: await books.at(noon) };
      });
    },
    engines,
  );
}

/** A spend of ann's. */
export function take(
  scope: Scope,
  unit: string,
  amount: number,
  more: Partial<Spend> = {},
): Promise<SpendAnswer> {
  return spend(scope, {
    customer: 'ann',
    unit,
    amount,
    source,
    request: { unit, amount },
    ...more,
  });
}

/** As `take`, of what must be there: its transfer's id. */
export async function taken(...asked: Parameters<typeof take>): Promise<string> {
  const answer = await take(...asked);
  if (!answer.allowed) throw new Error(`refused: ${answer.reason}`);
  return answer.transferId;
}

/** A hold of ann's for an hour. */
export async function place(
  scope: Scope,
  unit: string,
  amount: number,
  more: Partial<Spend> = {},
): Promise<{ answer: SpendAnswer; id: string }> {
  holds += 1;
  const hold = { id: `hld_${holds}`, expiresAt: addDuration(scope.now, 'PT1H', 1, 'UTC') };
  const answer = await take(scope, unit, amount, { hold, ...more });
  return { answer, id: (answer.allowed && answer.hold) || hold.id };
}

/** Credits ann's points. */
export function fill(
  scope: Scope,
  amount: number,
  more: Partial<Parameters<typeof credit>[1]> = {},
) {
  return credit(scope, { ...points, amount, source, ...more });
}
