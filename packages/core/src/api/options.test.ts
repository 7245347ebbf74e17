/** What a pooler takes away, as options: prepared statements, and hearing what other processes say. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { postgresDatabase } from '#test/databases.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { readOptions } from './options.ts';

const catalog = defineCatalog({
  features: { calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 3 } } } },
});

test('nothing is remembered where nothing can be heard: without prepared statements and without a direct URL', () => {
  const remembers = (given: object) => readOptions({ catalog, ...given }).cache;

  expect(remembers({})).toBe(true);
  expect(remembers({ prepare: false })).toBe(false);
  expect(remembers({ prepare: false, cache: true })).toBe(false);
  expect(remembers({ prepare: false, directUrl: 'postgres://direct' })).toBe(true);
  expect(remembers({ directUrl: 'postgres://direct', cache: false })).toBe(false);
});

test('a direct URL that is no postgres URL is refused', () => {
  expect(() => readOptions({ catalog, directUrl: 'memory://' })).toThrow(
    expect.objectContaining({ code: 'configuration', details: { option: 'directUrl' } }),
  );
});

test('without prepared statements the same number of spends succeeds', async () => {
  const { url, drop } = await postgresDatabase();
  const bursar = createBursar({ catalog, database: url, prepare: false, directUrl: url });

  const spends = await Promise.all(
    Array.from({ length: 8 }, () => bursar.tryConsume({ customer: 'ann', feature: 'calls' })),
  );
  await bursar.close();
  await drop();

  expect(spends.filter(({ allowed }) => allowed)).toHaveLength(3);
});

test('rules of profiles that cannot be are refused: what nobody may give itself, and a role that nobody could begin with', () => {
  const extra = z.object({ plate: z.string() });
  const wrong = {
    nope: { nope: 1 },
    selfService: { selfService: ['name', 'role'] },
    locales: { locales: ['EN'] },
    'roles.Driver': { roles: { Driver: {} } },
    'roles.customer': { roles: { customer: { extra } } },
    creating: { creating: true },
  };

  for (const [option, customers] of Object.entries(wrong))
    expect(() => readOptions({ catalog, customers: customers as never })).toThrow(
      expect.objectContaining({ details: { option: `customers.${option}` } }),
    );
  expect(readOptions({ catalog, customers: { roles: { driver: { extra } } } }).customers).toEqual({
    roles: { driver: { extra } },
  });
});
