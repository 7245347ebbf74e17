/** Many credits by one statement leave the same books, tell the same and refuse the same as one after the other. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Books, openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { lockCustomer } from '../../customers/index.ts';
import { isBursarError, type Scope, sql } from '../../kernel/index.ts';
import { freezeCustomer, verify } from '../index.ts';
import { type Credit, credit } from './credit.ts';
import { creditBatch } from './credit-batch.ts';
import { setLimits } from './set-limits.ts';
import { spend } from './spend.ts';

const now = new Date('2026-01-10T00:00:00Z');
const source = 'wallet.import';
let tenants = 0;

/** `before` is done one by one in both tenants; then the lines come. */
const lineOf = fc.record(
  {
    customer: fc.constantFrom('ann', 'bob', 'cid', 'dan', 'eve', 'bad\nname'),
    unit: fc.constantFrom('EUR', 'points', 'credit', 'points', 'api-calls', 'seats'),
    amount: fc.integer({ min: 1, max: 400_000 }),
    priority: fc.constantFrom(0, 0, 1),
    expires: fc.constantFrom(null, null, 1, 5, -1),
    starts: fc.constantFrom(null, null, null, -1, 2),
    waits: fc.boolean(),
    key: fc.constantFrom('own', 'own', 'own', 'shared'),
  },
  { noNullPrototype: true },
);
const before = fc.array(
  fc.record(
    {
      do: fc.constantFrom('credit', 'spend', 'freeze', 'limit', 'overdraw'),
      customer: fc.constantFrom('ann', 'bob', 'cid'),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 6 },
);

type Line = typeof lineOf extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof before extends fc.Arbitrary<(infer T)[]> ? T : never;

describeMigrated('credits at once', (make, engine) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });

  test('are as they would be one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(before, fc.array(lineOf, { maxLength: 12 }), async (steps, lines) => {
        const [together, apart] = [await opened(steps), await opened(steps)];
        const credits = lines.map(creditOf);

        const outcomes = await creditBatch(
          together.scope,
          credits.map((one, index) => ({ line: index + 1, credit: one })),
        );
        const alone = await apart.scope.transaction(async (inner) => {
          const done: [number, string][] = [];
          for (const one of inOrder(credits))
            done.push([one.index, await outcomeOf(inner, one.credit)]);
          return done;
        });

        expect(outcomes.map(({ line, outcome }) => [line - 1, outcome])).toEqual(
          alone.sort(([one], [other]) => one - other),
        );
        expect(await storyOf(together.scope)).toEqual(await storyOf(apart.scope));
        expect(toldBy(together.books)).toEqual(toldBy(apart.books));
        expect((await verify(together.scope)).broken).toEqual([]);
      }),
      { numRuns: engine === 'pglite' ? 40 : 80, seed: 7 },
    );
  }, 120_000);

  async function opened(steps: readonly Step[]): Promise<{ books: Books; scope: Scope }> {
    const books = openBooks(home.database, `atonce${++tenants}`);
    const scope = await books.at(now);
    for (const step of steps) await prepare(scope, step);
    return { books, scope };
  }
});

async function prepare(scope: Scope, { do: what, customer }: Step): Promise<void> {
  const points = { customer, unit: 'points', source };
  if (what === 'credit') await credit(scope, { ...points, amount: 50 });
  if (what === 'limit') await setLimits(scope, { customer, unit: 'EUR', ceiling: 200_000 });
  if (what === 'spend') await spend(scope, { ...points, amount: 20, request: null });
  if (what === 'overdraw')
    await spend(scope, { ...points, unit: 'credit', amount: 30, request: null });
  if (what === 'freeze') {
    await scope.transaction((inner) => lockCustomer(inner, { customer, mode: 'update' }));
    await freezeCustomer(scope, { customer, frozen: true });
  }
}

function creditOf(line: Line, index: number): Credit {
  const day = (days: number | null) =>
    days === null ? undefined : new Date(now.getTime() + days * 86_400_000);
  return {
    ...{ customer: line.customer, unit: line.unit, amount: line.amount, source },
    ...{ priority: line.priority, waits: line.waits },
    ...{ expiresAt: day(line.expires), effectiveAt: day(line.starts) },
    key: line.key === 'own' ? `import#${index + 1}` : 'import#shared',
  };
}

/** As a batch goes through them: by customer, each customer's in their order. */
function inOrder(credits: readonly Credit[]): { credit: Credit; index: number }[] {
  return credits
    .map((one, index) => ({ credit: one, index }))
    .sort((one, other) =>
      one.credit.customer < other.credit.customer
        ? -1
        : Number(one.credit.customer !== other.credit.customer),
    );
}

async function outcomeOf(scope: Scope, one: Credit): Promise<string> {
  try {
    return (await credit(scope, one)).replayed ? 'replayed' : 'credited';
  } catch (error) {
    if (isBursarError(error)) return 'refused';
    throw error;
  }
}

/** Everything but ids and who wrote it. */
function storyOf(scope: Scope): Promise<string[]> {
  return scope.many(
    sql`
    select regexp_replace(to_jsonb(story)::text, 'default/[0-9]+/', 'default/', 'g') as story from (
      select customer.external_id, unit.key as unit, balance.settled, balance.held, balance.drawn, balance.mark, balance.floor, balance.ceiling,
             balance.debt, balance.sequence, balance.valid_until, balance.changed_at,
             (select jsonb_agg(to_jsonb(entry) - 'balance_id' - 'grant_id' - 'xid' - 'tenant_id' order by entry.sequence)
                from bursar.entries as entry
               where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)) as entries,
             (select jsonb_agg(to_jsonb(g) - 'balance_id' - 'id' - 'tenant_id' order by g.id)
                from bursar.grants as g
               where (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)) as grants
        from bursar.balances as balance
        join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
       where balance.tenant_id = ${scope.tenant.id}::int and balance.sequence > 0
       order by 1, 2
    ) as story
    union all
    select external_id from (
      select external_id from bursar.customers where tenant_id = ${scope.tenant.id}::int order by 1) as customer
    union all
    select said from (
      select type || ' ' || customer as said from bursar.outbox where tenant_id = ${scope.tenant.id}::int order by 1) as outbox`,
    (row) => String(row.story),
  );
}

/** What listeners heard, without names of rows, in no order between customers. */
function toldBy(books: Books): string[] {
  return books.news
    .map(({ type, customer, sequence, data }) => {
      const { grant: _, transfer: __, ...facts } = data as Record<string, unknown>;
      return JSON.stringify([type, customer, sequence, facts]);
    })
    .sort();
}
