/**
 * What the queue must not do between two statements: refuse by what it knew before, lose a line, or send twice what is
 * booked. Each test holds a shared statement's answer back to put something in between.
 */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, take } from '#test/fresh-books.ts';

import { type Row, type Scope, type Statement, sql } from '../../kernel/index.ts';
import { createSpendQueue, freezeCustomer, readBalance, verify } from '../index.ts';

/** The scope with a queue of its own; `between` runs once a shared statement was answered, before the queue hears of it. */
function sharing(scope: Scope, between: (sent: number) => Promise<unknown> = async () => {}) {
  let sent = 0;
  const many = async <T>(statement: Statement, read: (row: Row) => T): Promise<T[]> => {
    const rows = await scope.many(statement, read);
    await between(++sent);
    return rows;
  };
  return { ...scope, many, ports: { ...scope.ports, spendQueue: createSpendQueue() } };
}

describeBooks('the spend queue', (fresh) => {
  test('serves customers of several tenants by one statement', async () => {
    const { scope } = await fresh();
    const { scope: other } = await fresh();
    const customers = ['ann', 'bob'];
    for (const one of [scope, other])
      for (const customer of customers) {
        await fill(one, one === scope ? 100 : 10, { customer });
        await take(one, 'points', 1, { customer });
      }
    let sent = 0;
    const shared = sharing(scope, async () => {
      sent += 1;
    });
    const { many, ports } = shared;

    const answers = await Promise.all(
      [shared, { ...other, many, ports }].flatMap((one) =>
        customers.flatMap((customer) => [20, 5].map((n) => take(one, 'points', n, { customer }))),
      ),
    );

    const allowed = answers.map((answer) => answer.allowed);
    expect(allowed).toEqual([true, true, true, true, false, true, false, true]);
    // The second one is for what did not fit into the sum.
    expect(sent).toBeLessThanOrEqual(2);
    for (const [one, left] of [[scope, 74] as const, [other, 4] as const]) {
      expect(await readBalance(one, points)).toMatchObject({ settled: left });
      expect(await verify(one)).toEqual(clean);
    }
  });

  test('refuses nobody by figures that are older than the request', async () => {
    const { scope, books } = await fresh();
    await fill(scope, 5);
    await take(scope, 'points', 1);
    let late: ReturnType<typeof take> | null = null;
    const shared: Scope = sharing(scope, async (sent) => {
      if (sent > 1) return;
      await fill(await books.at(scope.now), 100);
      late = take(shared, 'points', 10);
    });

    const early = await Promise.all([take(shared, 'points', 50), take(shared, 'points', 60)]);

    expect(early.map(({ allowed }) => allowed)).toEqual([false, false]);
    expect(await late).toMatchObject({ allowed: true });
    expect(await verify(scope)).toEqual(clean);
  });

  test('books nothing twice when telling of it fails', async () => {
    const { scope } = await fresh();
    await fill(scope, 100);
    await take(scope, 'points', 1);
    const deaf: Scope = {
      ...sharing(scope),
      queue: () => {
        throw new Error('Nobody may hear.');
      },
    };

    const answers = await Promise.allSettled([take(deaf, 'points', 2), take(deaf, 'points', 3)]);

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 94 });
    expect(await take(sharing(scope), 'points', 4)).toMatchObject({ allowed: true });
  });

  test('lets those be booked anew whose balance is no more', async () => {
    const { scope } = await fresh();
    await take(scope, 'points', 1);
    const shared = sharing(scope);
    await take(shared, 'points', 1);
    await scope.run(sql`delete from bursar.balances where tenant_id = ${scope.tenant.id}::int`);

    const answers = await Promise.all([take(shared, 'points', 1), take(shared, 'points', 2)]);

    expect(answers.map(({ allowed }) => allowed)).toEqual([false, false]);
  });

  test('looks once at each of a frozen customer, also where they are sent one by one', async () => {
    const { scope } = await fresh();
    for (const customer of ['ann', 'bob']) {
      await fill(scope, 100, { customer });
      await take(scope, 'points', 1, { customer });
    }
    await freezeCustomer(scope, { customer: 'ann', frozen: true });
    let looks = 0;
    const transaction: Scope['transaction'] = (work) => {
      looks += 1;
      return scope.transaction(work);
    };
    const shared = { ...sharing(scope), transaction };

    const answers = await Promise.allSettled([
      take(shared, 'points', 1, { customer: 'bob', key: 'no\0text' }),
      ...Array.from({ length: 20 }, () => take(shared, 'points', 1)),
    ]);

    expect(answers[0]).toMatchObject({ status: 'rejected' });
    for (const answer of answers.slice(1))
      expect(answer).toMatchObject({ value: { allowed: false, reason: 'customer_frozen' } });
    expect(looks).toBe(20);
  });
});
