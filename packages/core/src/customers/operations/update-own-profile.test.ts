/** A profile changes field by field: by its customer what is allowed, by the host all of it, and a bad value changes nothing. */
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import type { News } from '../../kernel/index.ts';
import { type CustomerRules, getProfile, updateOwnProfile, upsertCustomer } from '../index.ts';

let tenants = 0;
const customer = 'ann';

describeMigrated('a profile', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  async function fresh(customerRules: CustomerRules = {}) {
    const news: News[] = [];
    const scope = await openTestScope(home.database, {
      ...{ tenant: `own${++tenants}`, ports: { customerRules } },
      publish: (told) => void news.push(...told),
    });
    return { scope, news };
  }

  test('changes by its customer in what is allowed, whatever else is sent', async () => {
    const { scope, news } = await fresh();
    await upsertCustomer(scope, { customer, email: 'ann@example.org' });
    news.length = 0;
    const said = {
      ...{ firstName: ' Ann ', lastName: ' ', phone: ' +49 30 901820 ', country: 'at' },
      ...{ locale: 'de_AT', timeZone: 'Europe/Vienna', birthDate: '2001-02-03', emailOptIn: true },
      avatarUrl: 'https://faces.example/ann',
    };
    const ignored = { email: 7, role: 'manager', discountPercent: 100, kind: 'team', nope: [] };

    const { customer: after } = await updateOwnProfile(scope, {
      ...{ customer, said: { ...said, ...ignored } },
    });

    expect(after).toMatchObject({
      ...{ ...said, firstName: 'Ann', lastName: null, phone: '+49 30 901820', country: 'AT' },
      ...{ locale: 'de', role: 'customer', discountBasisPoints: 0, kind: 'user' },
      email: 'ann@example.org',
    });
    expect(news).toMatchObject([{ type: 'customer.updated', data: { customer } }]);
    expect(JSON.stringify(news)).not.toContain('901820');
  });

  test('stays as it was where one allowed field is wrong, and each wrong one is named', async () => {
    const { scope } = await fresh({ locales: ['en'] });
    const { customer: before } = await upsertCustomer(scope, { customer, name: 'Ann' });
    const wrong = {
      ...{ phone: 'call me', country: 'Austria', birthDate: '2001-02-30', smsOptIn: 'yes' },
      ...{ avatarUrl: 'javascript:alert(1)', addresses: { work: {} } },
    };
    const faultsOf = async (said: object) => {
      const own = { customer, said: { name: 'Eve', ...said } };
      const failed = await updateOwnProfile(scope, own).catch((error) => error);
      return failed.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    };

    const faults = [await faultsOf(wrong), await faultsOf({ locale: 'fr', timeZone: 'Mars/Base' })];

    expect(faults).toEqual([
      ['/addresses/work', '/avatarUrl', '/birthDate', '/country', '/phone', '/smsOptIn'],
      ['/locale', '/timeZone'],
    ]);
    expect(await getProfile(scope, customer)).toEqual(before);
  });

  test('lets its customer change what the host names, and nothing beside', async () => {
    const { scope } = await fresh({ selfService: ['email'] });

    const said = { email: 'new@example.org', name: 'Eve' };
    const { customer: after } = await updateOwnProfile(scope, { customer, said });

    expect(after).toMatchObject({ email: 'new@example.org', name: null });
  });

  test('keeps addresses trimmed and without what is blank; those that are named are replaced', async () => {
    const { scope } = await fresh();
    const first = {
      address_1: ' Ring 1 ',
      city: 'Vienna',
      state: ' ',
      email: null,
      planet: 'Earth',
    };
    const own = (addresses: object) => updateOwnProfile(scope, { customer, said: { addresses } });

    await own({ billing: first, shipping: { city: 'Graz' }, other: { phone: '  ' } });
    const made = (await getProfile(scope, customer)).addresses;
    const { changed } = await own({ billing: { postcode: '1010' } });
    const replaced = (await getProfile(scope, customer)).addresses;
    await own({ billing: null });
    const emptied = (await getProfile(scope, customer)).addresses;

    expect(made).toEqual({
      ...{ billing: { address_1: 'Ring 1', city: 'Vienna' }, shipping: { city: 'Graz' } },
    });
    expect(Object.keys(changed)).toEqual(['addresses.billing']);
    expect(replaced).toEqual({ billing: { postcode: '1010' }, shipping: { city: 'Graz' } });
    expect(emptied).toEqual({ shipping: { city: 'Graz' } });
  });

  test('has a discount from 0 to 100 percent with two decimals, kept as a whole number', async () => {
    const { scope } = await fresh();
    const keep = async (discountPercent: number) =>
      upsertCustomer(scope, { customer, discountPercent }).then(
        ({ customer: { discountBasisPoints } }) => discountBasisPoints,
      );

    const kept = [];
    for (const percent of [0, 0.01, 12.34, 29.99, 100]) kept.push(await keep(percent));

    expect(kept).toEqual([0, 1, 1234, 2999, 10_000]);
  });

  test('keeps beside a role what that role asks for; another role does not', async () => {
    const extra = z.object({ plate: z.string().max(9), seats: z.int().optional() });
    const { scope } = await fresh({ roles: { driver: { badge: 'Driver', extra } } });
    const as = (change: object) =>
      upsertCustomer(scope, { customer, ...change }).then(
        ({ customer: row }) => [row.role, row.extra],
        ({ errors }) => errors.map(({ pointer }: { pointer: string }) => pointer),
      );

    expect(await as({ role: 'driver' })).toEqual(['/extra/plate']);
    expect(await as({ role: 'driver', extra: { plate: 'W-1' } })).toEqual([
      'driver',
      { plate: 'W-1' },
    ]);
    expect(await as({ extra: { plate: 'W-2', wings: 2 } })).toEqual(['/extra/wings']);
    expect(await as({ extra: { plate: 'W-2', seats: 4 } })).toEqual([
      ...['driver', { plate: 'W-2', seats: 4 }],
    ]);
    expect(await as({ role: 'influencer' })).toEqual(['influencer', {}]);
    expect(await as({ role: 'pilot' })).toEqual(['/role']);
  });
});
