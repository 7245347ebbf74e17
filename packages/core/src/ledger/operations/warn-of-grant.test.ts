/** Grants that end soon with something left: each is told of once for each end, whoever looks. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import type { Scope } from '../../kernel/index.ts';
import { setSetting } from '../../settings/index.ts';
import { credit } from './credit.ts';
import { setExpiry } from './set-expiry.ts';
import { spend } from './spend.ts';
import { endingGrants, warnOfGrant } from './warn-of-grant.ts';

const start = '2026-01-01T00:00:00.000Z';
const end = '2026-02-01T00:00:00.000Z';
const near = '2026-01-25T00:00:00.000Z';
const source = 'test';

describeMigrated('grants that end soon', (make) => {
  let made: MigratedDatabase;
  let books: Books;
  let scope: Scope;
  let tenants = 0;
  beforeAll(async () => {
    made = await make();
  });
  beforeEach(async () => {
    books = openBooks(made.database, `ending${++tenants}`);
    scope = await books.at(start);
  });

  const fill = (customer: string, expiresAt: string | null, more = {}) =>
    credit(scope, {
      ...{ customer, unit: 'points', amount: 10, source },
      ...{ expiresAt: expiresAt === null ? undefined : new Date(expiresAt), ...more },
    });
  const due = async (moment: string) => {
    const found = await endingGrants(await books.at(moment), {
      ...{ until: new Date(moment), limit: 1_000 },
    });
    return found.filter(({ tenant }) => tenant === `ending${tenants}`);
  };
  const told = () =>
    books.news
      .filter(({ type }) => type === 'grant.expiring')
      .map(({ customer, data }) => `${customer} ${data.amount} ${data.expiresAt}`);
  async function warn(moment: string): Promise<void> {
    const at = await books.at(moment);
    const found = await due(moment);
    await Promise.all([...found, ...found].map((one) => warnOfGrant(at, one)));
  }

  test('are told of from a week before, once, whoever looks and how often', async () => {
    await fill('ann', end);
    await fill('ann', null);
    await fill('bob', '2026-01-30T00:00:00.000Z');

    expect(await due('2026-01-22T23:59:59.999Z')).toEqual([]);
    expect((await due(near)).map(({ at }) => at.toISOString())).toEqual([
      ...['2026-01-23T00:00:00.000Z', near],
    ]);
    await warn(near);
    await warn('2026-01-26T00:00:00.000Z');
    expect(told().sort()).toEqual([
      'ann 10 2026-02-01T00:00:00.000Z',
      'bob 10 2026-01-30T00:00:00.000Z',
    ]);
    expect(await due(end)).toEqual([]);
  });

  test('say what is left of them; what is used up by then, or over, is not told of', async () => {
    await fill('ann', end);
    await fill('bob', end);
    await fill('cid', end);
    await spend(scope, { customer: 'ann', unit: 'points', amount: 4, request: null, source });
    await spend(scope, { customer: 'bob', unit: 'points', amount: 10, request: null, source });
    const found = await due(near);

    await warn(near);
    expect(told().sort()).toEqual([`ann 6 ${end}`, `cid 10 ${end}`]);
    expect(await due(near)).toEqual([]);

    await fill('dan', end);
    const [late] = await due(near);
    expect(found.map(({ at }) => at)).toEqual([new Date(near), new Date(near)]);
    await warnOfGrant(await books.at('2026-02-02T00:00:00Z'), late ?? { id: 0 });
    expect(told()).toHaveLength(2);
  });

  test('are told of anew when their end is moved, as long before as the setting says', async () => {
    await setSetting(scope, { key: 'credits.warnExpiresIn', value: 'P1D' });
    await fill('ann', end);
    await warn(near);
    expect(told()).toEqual([]);
    await warn('2026-01-31T00:00:00.000Z');
    const later = '2026-03-01T00:00:00.000Z';
    await setExpiry(await books.at('2026-01-31T00:00:00Z'), {
      ...{ customer: 'ann', unit: 'points', expiresAt: new Date(later) },
    });
    await warn('2026-02-27T00:00:00.000Z');
    await warn('2026-02-28T00:00:00.000Z');

    expect(told()).toEqual([`ann 10 ${end}`, `ann 10 ${later}`]);
  });

  test('of plans are told of by the subscription', async () => {
    await spend(scope, { customer: 'ann', unit: 'api-calls', amount: 1, request: null, source });

    expect(await due(end)).toEqual([]);
  });
});
