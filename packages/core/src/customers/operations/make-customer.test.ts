/** Whoever is new has a whole profile at once: of what is said, what the request says, the defaults, and the host's last word. */
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import type { News, Origin } from '../../kernel/index.ts';
import { setSetting } from '../../settings/index.ts';
import {
  type CustomerRules,
  ensureCustomer,
  findProfile,
  getProfile,
  lockCustomers,
  upsertCustomer,
} from '../index.ts';

let tenants = 0;

describeMigrated('whoever is new', (make, engine) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  function fresh(customerRules: CustomerRules = {}) {
    const tenant = `made${++tenants}`;
    const news: News[] = [];
    const publish = (told: readonly News[]) => void news.push(...told);
    const as = (customer: string, said: Partial<Origin> = {}) =>
      openTestScope(home.database, {
        ...{ tenant, ports: { customerRules }, publish, origin: { ...silence, customer, ...said } },
      });
    return { as, news };
  }

  test('reads the first language that is usable, reduced, by its alias, and supported', async () => {
    const { as } = fresh({ locales: ['pt', 'nb', 'en'], localeAliases: { no: 'nb' } });
    const said: Record<string, readonly unknown[]> = {
      ann: ['pt_BR', 'en'],
      bob: ['', 7, 'xx', 'de-DE', 'NO'],
      cid: ['not a language', 'fr'],
      dan: [],
    };

    for (const [customer, locales] of Object.entries(said))
      await ensureCustomer(await as(customer, { locales }), { customer });

    const scope = await as('ann');
    const read = Object.keys(said).map(async (one) => (await getProfile(scope, one)).locale);
    expect(await Promise.all(read)).toEqual(['pt', 'nb', 'en', 'en']);
  });

  test('has the default language and role that are set, where they are supported and configured', async () => {
    const { as } = fresh({ locales: ['de'], roles: { driver: { badge: 'Driver' } } });
    const scope = await as('ann');
    const before = await upsertCustomer(scope, { customer: 'ann' });
    await setSetting(scope, { key: 'users.defaultLocale', value: 'de-AT' });
    await setSetting(scope, { key: 'users.defaultRole', value: 'driver' });

    const after = await upsertCustomer(scope, { customer: 'bob' });
    await setSetting(scope, { key: 'users.defaultRole', value: 'pilot' });
    const unknown = await upsertCustomer(scope, { customer: 'cid' });

    const seen = [before, after, unknown].map(({ customer: { locale, role } }) => [locale, role]);
    expect(seen).toEqual([
      [null, 'customer'],
      ['de', 'driver'],
      ['de', 'customer'],
    ]);
  });

  test('is of the first country with two letters, and lives in the first zone that is one', async () => {
    const { as } = fresh();
    const countries = [undefined, '1', 'd', '(at) Vienna', 'FR'];
    const zones = ['Mars/Base', 'Europe/Vienna'];

    await ensureCustomer(await as('ann', { countries, zones }), { customer: 'ann' });

    const ann = await getProfile(await as('ann'), 'ann');
    expect([ann.country, ann.timeZone]).toEqual(['AT', 'Europe/Vienna']);
  });

  test('is not somebody else: what a request says of its own customer is said of no other', async () => {
    const { as } = fresh();
    const scope = await as('ann', { countries: ['AT'] });

    await ensureCustomer(scope, { customer: 'bob' });

    expect(await findProfile(scope, 'bob')).toMatchObject({ country: null, timeZone: 'UTC' });
  });

  test('is made as the host’s hook says, within the same transaction, and many at once each by itself', async () => {
    const asked: string[] = [];
    const { as, news } = fresh({
      roles: { driver: { extra: z.object({ plate: z.string().max(9) }) } },
      async creating({ customer, name, role }, { tx, actor, tenant }) {
        const { rows } = await tx.query('select $1::text as told', [`${tenant} ${actor}`]);
        asked.push(`${customer} ${name ?? ''} ${role} ${String(rows[0]?.told)}`);
        if (customer.startsWith('x')) throw new Error('not here');
        return customer === 'bob' ? undefined : { role: 'driver', extra: { plate: 'W-1' } };
      },
    });
    const scope = await as('ann');
    const tenant = scope.tenant.key;

    const made = await upsertCustomer(scope, { customer: 'ann', name: 'Ann' });
    const refused = ensureCustomer(scope, { customer: 'xen' });
    await expect(refused).rejects.toThrow('not here');
    const rows = await scope.transaction((inner) => lockCustomers(inner, ['cid', 'ann', 'bob']));

    expect(asked).toEqual([
      `ann Ann customer ${tenant} null`,
      `xen  customer ${tenant} null`,
      `bob  customer ${tenant} null`,
      `cid  customer ${tenant} null`,
    ]);
    expect(made.customer).toMatchObject({ name: 'Ann', role: 'driver', extra: { plate: 'W-1' } });
    expect(rows.map(({ externalId }) => externalId)).toEqual(['ann', 'bob', 'cid']);
    expect(await findProfile(scope, 'xen')).toBeNull();
    expect(await getProfile(scope, 'bob')).toMatchObject({ role: 'customer', extra: {} });
    expect(news.filter(({ type }) => type === 'customer.created')).toHaveLength(3);
  });

  test('is nobody where the hook gives what is no field, or a role what it does not keep', async () => {
    const { as } = fresh({
      creating: ({ customer }) =>
        ({ ann: { role: 'pilot' }, bob: { extra: { a: 1 } }, cid: { phone: 'x' } })[customer],
    });
    const scope = await as('ann');

    const faults = ['ann', 'bob', 'cid'].map((customer) =>
      ensureCustomer(scope, { customer }).catch(({ errors }) => errors[0].pointer),
    );

    expect(await Promise.all(faults)).toEqual(['/role', '/extra/a', '/phone']);
    expect(await findProfile(scope, 'ann')).toBeNull();
  });

  test.runIf(engine === 'postgres')('twenty at once ask the host’s hook once', async () => {
    let asked = 0;
    const { as } = fresh({
      creating: () => {
        asked += 1;
        return undefined;
      },
    });
    const scope = await as('ann');

    const made = await Promise.all(
      Array.from({ length: 20 }, () => ensureCustomer(scope, { customer: 'ann' })),
    );

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(asked).toBe(1);
  });
});

const silence = { locales: [], countries: [], zones: [], code: undefined, cookie: () => undefined };
