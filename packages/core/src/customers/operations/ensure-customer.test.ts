/**
 * Customers come into being once, with the first command that names them.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { ensureCustomer, findCustomer, getCustomer, lockCustomer } from '../index.ts';

const now = new Date('2026-01-10T00:00:00Z');
let tenants = 0;

describeMigrated('making a customer', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `ensure${++tenants}`);
    return { books, scope: await books.at(now) };
  };

  test('the first call makes it and announces it, the next finds it', async () => {
    const { books, scope } = await fresh();

    const made = await ensureCustomer(scope, { customer: 'ann', kind: 'team' });
    const found = await ensureCustomer(scope, { customer: 'ann', kind: 'user' });

    expect(made).toMatchObject({
      externalId: 'ann',
      kind: 'team',
      timeZone: 'UTC',
      frozenAt: null,
    });
    expect(made.createdAt).toEqual(now);
    expect(made).toMatchObject(found);
    expect(books.news.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'customer.created', data: { customer: 'ann', kind: 'team' } },
    ]);
  });

  test('twenty who come at once make one customer', async () => {
    const { books, scope } = await fresh();

    const made = await Promise.all(
      Array.from({ length: 20 }, () => ensureCustomer(scope, { customer: 'ann' })),
    );

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(books.news.map(({ type }) => type)).toEqual(['customer.created']);
  });

  test('reads make nobody, and naming somebody who is not there is an error', async () => {
    const { books, scope } = await fresh();

    expect(await findCustomer(scope, 'ann')).toBeNull();
    await expect(getCustomer(scope, 'ann')).rejects.toMatchObject({ code: 'customer_unknown' });
    expect(books.news).toEqual([]);
  });

  test('another tenant has customers of its own', async () => {
    const { scope } = await fresh();
    const { scope: elsewhere } = await fresh();
    await ensureCustomer(scope, { customer: 'ann' });

    expect(await findCustomer(elsewhere, 'ann')).toBeNull();
  });

  test('a lock makes the customer too, and gives its row', async () => {
    const { scope } = await fresh();

    const locked = await scope.transaction((inner) =>
      lockCustomer(inner, { customer: 'ann', mode: 'update' }),
    );

    expect(locked).toEqual(await getCustomer(scope, 'ann'));
  });

  test.each(['', 'x'.repeat(256), 'a\0b', 'a\nb'])('no customer is called %j', async (customer) => {
    const { scope } = await fresh();

    await expect(ensureCustomer(scope, { customer })).rejects.toMatchObject({ code: 'validation' });
  });
});
