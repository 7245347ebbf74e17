/**
 * The list of customers: newest first, by kind, by a word, a page at a time.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import type { Scope } from '../../kernel/index.ts';
import { listCustomers, upsertCustomer } from '../index.ts';

describeMigrated('listing customers', (make) => {
  let home: MigratedDatabase;
  let scope: Scope;
  beforeAll(async () => {
    home = await make();
    scope = await openBooks(home.database, 'list').at('2026-01-10T00:00:00Z');
    await upsertCustomer(scope, { customer: 'ann', email: 'ann@Example.com' });
    await upsertCustomer(scope, { customer: 'acme', kind: 'team', name: '100% Acme' });
    await upsertCustomer(scope, { customer: 'bob', name: 'Bob_by' });
  });
  const ids = async (input: Parameters<typeof listCustomers>[1]) =>
    (await listCustomers(scope, input)).items.map(({ externalId }) => externalId);

  test('the newest comes first', async () => {
    expect(await ids({})).toEqual(['bob', 'acme', 'ann']);
  });

  test('a page goes on where the one before ended', async () => {
    const first = await listCustomers(scope, { limit: 2 });
    const second = await listCustomers(scope, { limit: 2, cursor: first.next ?? '' });

    expect(first.items).toHaveLength(2);
    expect(second.items.map(({ externalId }) => externalId)).toEqual(['ann']);
    expect(second.next).toBeNull();
  });

  test('a word is found in id, name or e-mail whatever its case, and signs stand for themselves', async () => {
    expect(await ids({ search: 'EXAMPLE' })).toEqual(['ann']);
    expect(await ids({ search: '0% a' })).toEqual(['acme']);
    expect(await ids({ search: 'b_b' })).toEqual(['bob']);
    expect(await ids({ search: 'nn' })).toEqual(['ann']);
    expect(await ids({ search: '%' })).toEqual(['acme']);
  });

  test('a kind narrows the list', async () => {
    expect(await ids({ kind: 'team' })).toEqual(['acme']);
  });

  test('the total is of all pages, and only there when asked for', async () => {
    expect(await listCustomers(scope, { limit: 1, count: true })).toMatchObject({ total: 3 });
    expect(await listCustomers(scope, { kind: 'team', count: true })).toMatchObject({ total: 1 });
    expect(await listCustomers(scope, { limit: 1 })).not.toHaveProperty('total');
  });

  test('a cursor of another list is refused', async () => {
    for (const cursor of ['nonsense', Buffer.from('["customers","x"]').toString('base64url')]) {
      await expect(listCustomers(scope, { cursor })).rejects.toMatchObject({ code: 'cursor' });
    }
  });

  test('another tenant sees none of them', async () => {
    const elsewhere = await openBooks(home.database, 'other').at('2026-01-10T00:00:00Z');

    expect(await listCustomers(elsewhere, {})).toEqual({ items: [], next: null });
  });
});
