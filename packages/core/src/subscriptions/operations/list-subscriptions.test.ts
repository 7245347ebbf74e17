/** Reading subscriptions: one, the current one, a list of a state, the periods. Nothing is written by any of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { findCustomer } from '../../customers/index.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';
import { currentSubscription } from './current-subscription.ts';
import { getSubscription } from './get-subscription.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { subscriptionPeriods } from './subscription-periods.ts';

const start = '2026-01-31T10:00:00.000Z';

describeMigrated('reading subscriptions', (make) => {
  let database: Database;
  let process: Process;
  let scope: Scope;
  let ids: string[];

  beforeAll(async () => {
    ({ database } = await make());
    process = openProcess(database, 'reading');
    scope = await process.at(start);
    ids = [];
    for (const input of [
      { plan: 'basic', startsAt: '2025-01-01T00:00:00Z', endsAt: '2025-03-01T00:00:00Z' },
      { plan: 'pro' },
      { plan: 'pack' },
      { plan: 'pack', startsAt: '2027-01-01T00:00:00Z' },
      { plan: 'seats5', endsAt: '2026-07-01T00:00:00Z' },
    ]) {
      ids.push((await createSubscription(scope, { customer: 'ann', ...input })).id);
    }
    await createSubscription(scope, { customer: 'ben', plan: 'pack' });
  });

  test('a list is newest first, in pages that leave none out', async () => {
    const first = await listSubscriptions(scope, { customer: 'ann', limit: 2 });
    const second = await listSubscriptions(scope, {
      customer: 'ann',
      limit: 2,
      cursor: first.next ?? '',
    });
    const third = await listSubscriptions(scope, {
      customer: 'ann',
      limit: 2,
      cursor: second.next ?? '',
    });

    const listed = [...first.items, ...second.items, ...third.items].map((one) => one.id);
    expect(listed).toEqual([...ids].reverse());
    expect(third.next).toBeNull();
  });

  test.each<[object, number[]]>([
    [{ state: 'ended' }, [0]],
    [{ state: 'canceled' }, [4, 0]],
    [{ state: 'not_canceled' }, [3, 2, 1]],
    [{ state: 'on_grace' }, [4]],
    [{ state: 'not_on_grace' }, [3, 2, 1, 0]],
    [{ state: 'upcoming' }, [3]],
    [{ state: 'active' }, [4, 2, 1]],
    [{ state: 'valid' }, [4, 2, 1]],
    [{ state: 'on_trial' }, [1]],
    [{ state: 'not_on_trial' }, [4, 3, 2, 0]],
    [{ state: 'recurring' }, [2]],
    [{ state: 'infinite' }, []],
    [{ state: 'paused' }, []],
    [{ state: 'past_due' }, []],
    [{ plan: 'pack' }, [3, 2]],
    [{ plan: 'pack', version: 1, state: 'upcoming' }, [3]],
    [{ plan: 'pack', version: 2 }, []],
    [{ feature: 'seats' }, [4, 1]],
    [{ ending: { from: '2025-03-01T00:00:00Z', until: '2026-07-01T00:00:00Z' } }, [0]],
    [{ ending: { from: '2025-03-01T00:00:00.001Z' } }, [4]],
    [{ trialEnding: { until: '2026-02-14T10:00:00.001Z' } }, [1]],
    [{ trialEnding: { until: '2026-02-14T10:00:00Z' } }, []],
    [{ created: { from: start } }, [4, 3, 2, 1, 0]],
    [{ created: { until: start } }, []],
  ])('filtered by %j', async (filter, expected) => {
    const listed = await listSubscriptions(scope, { customer: 'ann', count: true, ...filter });

    expect(listed.items.map(({ id }) => ids.indexOf(id))).toEqual(expected);
    expect(listed.total).toBe(expected.length);
  });

  test('of all customers, where none is named, with the total of all pages', async () => {
    const { items, total } = await listSubscriptions(scope, { limit: 1, count: true });

    expect([items.map(({ customer }) => customer), total]).toEqual([['ben'], 6]);
  });

  test.each([
    { state: 'sleeping' },
    { status: 'gone' },
    { ending: 'soon' },
    { ending: { before: start } },
    { created: { from: 'yesterday' } },
    { plan: '' },
    { version: 1.5 },
    { colour: 'red' },
  ])('a filter that is none is refused: %j', async (filter) => {
    await expect(listSubscriptions(scope, filter as never)).rejects.toMatchObject({
      code: 'validation',
    });
  });

  test.each([
    ['ended', [0]],
    ['trialing', [1]],
    ['active', [2]],
    ['upcoming', [3]],
    ['canceled', [4]],
    ['paused', []],
    ['past_due', []],
  ] as const)('a list of what is %s has just those', async (status, places) => {
    const { items, next } = await listSubscriptions(scope, { customer: 'ann', status, limit: 1 });

    expect(items.map((one) => one.id)).toEqual(places.map((place) => ids[place]));
    expect(next).toBeNull();
  });

  test('a list refuses a status, a limit and a cursor that are none', async () => {
    const wrong = { customer: 'ann', status: 'alive' } as unknown as Parameters<
      typeof listSubscriptions
    >[1];

    await expect(listSubscriptions(scope, wrong)).rejects.toMatchObject({ code: 'validation' });
    await expect(listSubscriptions(scope, { customer: 'ann', limit: 101 })).rejects.toMatchObject({
      code: 'validation',
    });
    await expect(listSubscriptions(scope, { customer: 'ann', cursor: 'x' })).rejects.toMatchObject({
      code: 'cursor',
    });
  });

  test('the current one is the newest that runs', async () => {
    expect((await currentSubscription(scope, { customer: 'ann' }))?.id).toBe(ids[4]);
  });

  test('somebody nobody has named has none, and is not made by looking', async () => {
    expect(await currentSubscription(scope, { customer: 'zoe' })).toBeNull();
    expect(await listSubscriptions(scope, { customer: 'zoe' })).toEqual({ items: [], next: null });
    expect(await findCustomer(scope, 'zoe')).toBeNull();
  });

  test('one is found by its id, by its own customer only', async () => {
    const [, pro = ''] = ids;

    expect(await getSubscription(scope, { subscription: pro })).toMatchObject({
      id: pro,
      plan: 'pro',
    });
    expect(await getSubscription(scope, { subscription: pro, customer: 'ann' })).toMatchObject({
      id: pro,
    });
    const asBen = { subscription: pro, customer: 'ben' };
    await expect(getSubscription(scope, asBen)).rejects.toMatchObject({ code: 'not_found' });
    await expect(getSubscription(scope, { subscription: 'sub_0' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test.each(['', 'a\0b', 'x'.repeat(256)])(
    'an id that is none is refused: %j',
    async (subscription) => {
      const refusal = { code: 'validation', status: 422 };

      await expect(getSubscription(scope, { subscription })).rejects.toMatchObject(refusal);
      await expect(subscriptionPeriods(scope, { subscription })).rejects.toMatchObject(refusal);
      await expect(
        cancelSubscription(scope, { customer: 'ann', subscription }),
      ).rejects.toMatchObject(refusal);
      await expect(currentSubscription(scope, { customer: subscription })).rejects.toMatchObject(
        refusal,
      );
      await expect(listSubscriptions(scope, { customer: subscription })).rejects.toMatchObject(
        refusal,
      );
    },
  );

  test('another tenant finds nothing of it', async () => {
    const other = await openProcess(database, 'elsewhere').at(start);

    await expect(getSubscription(other, { subscription: ids[1] ?? '' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  describe('the periods', () => {
    test('are listed from the first to the one that contains now, in pages', async () => {
      const [, , pack = ''] = ids;
      const later = await process.at('2026-05-01T00:00:00Z');

      const first = await subscriptionPeriods(later, {
        subscription: pack,
        customer: 'ann',
        limit: 2,
      });
      const second = await subscriptionPeriods(later, {
        subscription: pack,
        limit: 2,
        cursor: first.next ?? '',
      });

      expect(first.items.map((one) => one.id)).toEqual([`${pack}-1`, `${pack}-2`]);
      expect(second.items).toEqual([
        {
          id: `${pack}-3`,
          number: 3,
          startsAt: new Date('2026-03-31T10:00:00Z'),
          endsAt: new Date('2026-04-30T10:00:00Z'),
          interval: 'P1M',
        },
        expect.objectContaining({ number: 4, endsAt: new Date('2026-05-31T10:00:00Z') }),
      ]);
      expect(second.next).toBeNull();
    });

    test('of one that has an end run up to it', async () => {
      const seats = await subscriptionPeriods(scope, { subscription: ids[4] ?? '' });

      expect(seats.items).toHaveLength(6);
      expect(seats.items.at(-1)).toMatchObject({
        endsAt: new Date('2026-07-01T00:00:00Z'),
        interval: 'PT14H',
      });
    });

    test('of another customer are not found', async () => {
      const asBen = { subscription: ids[1] ?? '', customer: 'ben' };

      await expect(subscriptionPeriods(scope, asBen)).rejects.toMatchObject({ code: 'not_found' });
      await expect(
        subscriptionPeriods(scope, { subscription: ids[1] ?? '', cursor: 'x' }),
      ).rejects.toMatchObject({
        code: 'cursor',
      });
    });
  });

  test('a page of one state is full although others lie between', async () => {
    for (let count = 0; count < 3; count += 1) {
      await createSubscription(scope, { customer: 'cleo', plan: 'pack', id: `cleo-a${count}` });
      const other = await createSubscription(scope, {
        customer: 'cleo',
        plan: 'pack',
        id: `cleo-b${count}`,
      });
      await cancelSubscription(scope, { customer: 'cleo', subscription: other.id, at: 'now' });
    }

    const page = await listSubscriptions(scope, { customer: 'cleo', status: 'ended', limit: 2 });
    const rest = await listSubscriptions(scope, {
      customer: 'cleo',
      status: 'ended',
      limit: 2,
      cursor: page.next ?? '',
    });

    expect([...page.items, ...rest.items].map((one) => one.id)).toEqual([
      'cleo-b2',
      'cleo-b1',
      'cleo-b0',
    ]);
  });
});
