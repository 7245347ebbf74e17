/**
 * What is known of a customer changes field by field, and is announced by name alone.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer, getProfile, upsertCustomer } from '../index.ts';

let tenants = 0;

describeMigrated('changing a customer', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `upsert${++tenants}`);
    return { books, scope: await books.at('2026-01-10T00:00:00Z') };
  };

  test('what is given changes, what is left out stays, null empties', async () => {
    const { books, scope } = await fresh();
    await upsertCustomer(scope, { customer: 'ann', name: 'Ann', email: 'ann@example.com' });
    books.news.length = 0;
    const later = await books.at('2026-01-11T00:00:00Z');

    const { customer: after, changed } = await upsertCustomer(later, {
      ...{ customer: 'ann', email: null, timeZone: 'Europe/Berlin' },
    });

    expect(after).toMatchObject({ name: 'Ann', email: null, timeZone: 'Europe/Berlin' });
    expect(after.updatedAt).toEqual(new Date('2026-01-11T00:00:00Z'));
    expect(changed).toEqual({
      email: { before: 'ann@example.com', after: null },
      timeZone: { before: 'UTC', after: 'Europe/Berlin' },
    });
    expect(after).toEqual(await getProfile(scope, 'ann'));
    expect(books.news.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'customer.updated', data: { customer: 'ann', changed: ['email', 'timeZone'] } },
    ]);
  });

  test('the same again changes nothing and announces nothing', async () => {
    const { books, scope } = await fresh();
    const profile = { customer: 'ann', name: 'Ann', external: { stripe: 'cus_1' } };
    const first = await upsertCustomer(scope, profile);
    books.news.length = 0;

    const again = await upsertCustomer(await books.at('2026-01-11T00:00:00Z'), profile);

    expect(again).toEqual({ customer: first.customer, changed: {} });
    expect(books.news).toEqual([]);
  });

  test("an id that another customer has elsewhere is refused, and one's own may change", async () => {
    const { scope } = await fresh();
    await upsertCustomer(scope, { customer: 'ann', external: { stripe: 'cus_1' } });

    const taken = upsertCustomer(scope, {
      ...{ customer: 'bob', name: 'Bob', external: { stripe: 'cus_1' } },
    });

    await expect(taken).rejects.toMatchObject({
      ...{ code: 'already_exists', details: { system: 'stripe', external: 'cus_1' } },
    });
    expect(await findCustomer(scope, 'bob')).toBeNull();
    const other = await upsertCustomer(scope, { customer: 'ann', external: { stripe: 'cus_2' } });
    expect(other.changed).toEqual({ 'external.stripe': { before: 'cus_1', after: 'cus_2' } });
    await upsertCustomer(scope, { customer: 'bob', external: { stripe: 'cus_1' } });
    expect(await findCustomer(scope, 'bob')).not.toBeNull();
  });

  test('a time zone that is none is refused, and nobody is made', async () => {
    const { scope } = await fresh();

    await expect(
      upsertCustomer(scope, { customer: 'ann', timeZone: 'Europe/Nowhere' }),
    ).rejects.toMatchObject({ code: 'validation' });
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });
});

describeMigrated(
  'changing customers at once',
  (make) => {
    test('of ten who claim one id in another system at once, one has it and nine are refused', async () => {
      const scope = await openBooks((await make()).database, 'race').at('2026-01-10T00:00:00Z');
      const claims = Array.from({ length: 10 }, (_, index) =>
        upsertCustomer(scope, {
          ...{ customer: `c${index}`, external: { crm: `${index}`, stripe: 'cus_1' } },
        }),
      );

      const settled = await Promise.allSettled(claims);

      const refused = settled.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(9);
      for (const { reason } of refused as PromiseRejectedResult[]) {
        expect(reason).toMatchObject({ code: 'already_exists' });
      }
    });
  },
  ['postgres'],
);
