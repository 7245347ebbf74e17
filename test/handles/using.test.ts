/**
 * The kit in the host's own transaction, for every kind of handle: both or neither, a refusal that leaves the
 * transaction usable, and listeners who hear what was committed, no more and no less.
 */
import { type BursarEvent, createBursar } from '@bursar/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedItsMind, type Host, hosts } from '#test/hosts.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';

describe.each(Object.entries(hosts))('in a transaction of %s', (_, makeHost) => {
  const heard: BursarEvent[] = [];
  let host: Host;
  let bursar: ReturnType<typeof makeKit>;
  const makeKit = () => createBursar({ catalog, database: host.database, logger: silentLogger });
  beforeAll(async () => {
    host = await makeHost();
    bursar = makeKit();
    await bursar.ready();
    bursar.events.on('*', (event) => void heard.push(event));
  });
  afterAll(async () => {
    await bursar.close();
    await host.close();
  });
  const typesOf = (customer: string) =>
    heard.filter((event) => event.customer === customer).map((event) => event.type);
  const used = async (customer: string) =>
    (await bursar.check({ customer, feature: 'api-calls' })).used;

  test('a spend and the host’s row are both there after its commit, and listeners hear in order', async () => {
    await host.run(async ({ tx, write }) => {
      const kit = bursar.using(tx);
      const spent = await kit.consume({ customer: 'ann', feature: 'api-calls', amount: 3 });
      await write(spent.transferId);
      await kit.customer('ann').consume({ feature: 'api-calls' });
      expect((await kit.check({ customer: 'ann', feature: 'api-calls' })).used).toBe(4);
      await pause(30);
      expect(typesOf('ann')).toEqual([]);
    });

    expect(await host.renders()).toContainEqual(expect.stringMatching(/^trf_/));
    expect(await used('ann')).toBe(4);
    await eventually(
      () => typesOf('ann').filter((type) => type === 'balance.updated').length === 3,
    );
    expect(typesOf('ann')[0]).toBe('customer.created');
    const sequences = heard.flatMap((event) =>
      event.customer === 'ann' ? (event.sequence ?? []) : [],
    );
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
  });

  test('neither is there after its rollback, and nobody hears of it', async () => {
    const working = host.run(async ({ tx, write }) => {
      await bursar.using(tx).subscribe({ customer: 'bob', plan: 'pro' });
      await bursar.using(tx).consume({ customer: 'bob', feature: 'api-calls', amount: 3 });
      await write('bob');
      throw changedItsMind;
    });

    await expect(working).rejects.toBe(changedItsMind);
    expect(await host.renders()).not.toContain('bob');
    expect(await bursar.customers.find({ customer: 'bob' })).toBeNull();
    await pause(150);
    expect(typesOf('bob')).toEqual([]);
    expect((await bursar.ledger.verify()).ok).toBe(true);
  });

  test('a refusal and a twin leave it usable, and its commit commits', async () => {
    const key = { customer: 'cem', feature: 'api-calls', idempotencyKey: 'twin' } as const;
    await bursar.consume({ ...key, amount: 99 });

    await host.run(async ({ tx, write }) => {
      const kit = bursar.using(tx);
      await write('cem before');
      const refused = kit.consume({ customer: 'cem', feature: 'api-calls', amount: 2 });
      await expect(refused).rejects.toMatchObject({ code: 'quota_exceeded' });
      expect(await kit.consume({ ...key, amount: 99 })).toMatchObject({ replayed: true });
      await expect(kit.consume({ ...key, amount: 98 })).rejects.toMatchObject({
        code: 'idempotency_conflict',
      });
      const poor = kit.wallet.debit({ customer: 'cem', unit: 'points', amount: 1 });
      await expect(poor).rejects.toMatchObject({ code: 'insufficient_balance' });
      await kit.subscribe({ customer: 'cem', plan: 'pro' });
      const second = kit.subscribe({ customer: 'cem', plan: 'free' });
      await expect(second).rejects.toMatchObject({ code: 'already_subscribed' });
      await kit.wallet.credit({ customer: 'cem', unit: 'points', amount: 7 });
      await write('cem after');
    });

    expect(await host.renders()).toEqual(expect.arrayContaining(['cem before', 'cem after']));
    expect(await bursar.wallet.balance({ customer: 'cem', unit: 'points' })).toMatchObject({
      available: 7,
    });
    await eventually(() => typesOf('cem').includes('subscription.created'));
    expect(typesOf('cem')).toEqual(
      expect.arrayContaining(['quota.exceeded', 'subscription.created']),
    );
    expect((await bursar.ledger.verify()).ok).toBe(true);
  });

  test('what no database can hold is refused before it is sent, so that its commit commits', async () => {
    const ivy = { customer: 'ivy', plan: 'pro' } as const;
    const half = 'a\ud800';

    await host.run(async ({ tx, write }) => {
      const kit = bursar.using(tx);
      const asked = [
        () => kit.subscribe({ ...ivy, idempotencyKey: 'a\0b' }),
        () => kit.subscribe({ ...ivy, kind: 'a\0b' }),
        () => kit.subscriptions.cancel({ customer: 'ivy', idempotencyKey: half }),
        () => kit.subscriptions.resume({ customer: 'ivy', subscription: half }),
        () => kit.consume({ customer: half, feature: 'api-calls' }),
        () => kit.consume({ customer: 'ivy', feature: 'api-calls', usedBy: 'a\0b' }),
        () => kit.wallet.credit({ customer: 'ivy', unit: 'points', amount: 2 ** 53 }),
      ];
      for (const ask of asked) {
        await expect(ask()).rejects.toMatchObject({
          code: expect.stringMatching(/^(validation|invalid_amount)$/),
        });
      }
      await kit.subscribe(ivy);
      await write('ivy');
    });

    expect(await host.renders()).toContain('ivy');
    expect(await bursar.subscriptions.current({ customer: 'ivy' })).toMatchObject({ plan: 'pro' });
  });

  test('what went back to a savepoint is not there, and what stands in its place alone is heard', async () => {
    const { undone } = host;
    if (!undone) return;
    await bursar.wallet.credit({ customer: 'dan', unit: 'points', amount: 100 });
    heard.length = 0;

    await host.run(async (own) => {
      await undone(own, async (inner) => {
        await bursar.using(inner.tx).wallet.debit({ customer: 'dan', unit: 'points', amount: 60 });
        await bursar.using(inner.tx).subscribe({ customer: 'dan', plan: 'pro' });
      });
      await bursar.using(own.tx).wallet.debit({ customer: 'dan', unit: 'points', amount: 5 });
    });

    await eventually(() => typesOf('dan').length > 0);
    await pause(100);
    expect(typesOf('dan')).toEqual(['balance.updated']);
    const told = heard.find(({ customer }) => customer === 'dan');
    expect(told?.data).toMatchObject({ old: 100, new: 95 });
    expect(await bursar.subscriptions.current({ customer: 'dan' })).toBeNull();
  });

  test('a sale and its first use are one, in this order for those who listen', async () => {
    await host.run(async ({ tx, write }) => {
      const ann = bursar.using(tx).customer('fay');
      const { id } = await ann.subscribe({ plan: 'pro' });
      expect((await ann.check({ feature: 'track-time' })).allowed).toBe(true);
      await ann.consume({ feature: 'api-calls', amount: 101 });
      await write(id);
    });

    expect(await used('fay')).toBe(101);
    await eventually(() => typesOf('fay').includes('balance.updated'));
    const types = typesOf('fay');
    expect(types.slice(0, 2)).toEqual(['customer.created', 'subscription.created']);
    expect(types.filter((type) => type === 'customer.created')).toHaveLength(1);
  });

  test('a hold that it takes back was never held, and one that it keeps is captured there', async () => {
    await bursar.wallet.credit({ customer: 'gus', unit: 'points', amount: 10 });
    const hold = { customer: 'gus', unit: 'points', amount: 6 } as const;
    const points = () => bursar.wallet.balance({ customer: 'gus', unit: 'points' });

    const undone = host.run(async ({ tx }) => {
      await bursar.using(tx).hold(hold);
      throw changedItsMind;
    });
    await expect(undone).rejects.toBe(changedItsMind);
    expect(await points()).toMatchObject({ settled: 10, held: 0 });

    await host.run(async ({ tx, write }) => {
      await bursar.using(tx).withHold(hold, async ({ capture }) => {
        await write('gus');
        await capture(4);
      });
    });
    expect(await points()).toMatchObject({ settled: 6, held: 0 });
    expect(await host.renders()).toContain('gus');
  });

  test('a tenant that nobody has used before begins in it, also where it was rolled back first', async () => {
    const kit = bursar.tenant('new here');
    const ask = { customer: 'eve', unit: 'points' } as const;
    const undone = host.run(async ({ tx }) => {
      await kit.using(tx).wallet.credit({ ...ask, amount: 100 });
      throw changedItsMind;
    });
    await expect(undone).rejects.toBe(changedItsMind);
    expect(await kit.customers.find({ customer: 'eve' })).toBeNull();

    await host.run(async ({ tx }) => {
      await bursar
        .using(tx)
        .tenant('new here')
        .wallet.credit({ ...ask, amount: 5 });
      await kit.using(tx).wallet.credit({ ...ask, amount: 6 });
    });

    expect(await kit.wallet.balance(ask)).toMatchObject({ available: 11 });
    expect(await bursar.wallet.balance(ask)).toMatchObject({ available: 0 });
    expect((await kit.ledger.verify()).ok).toBe(true);
  });
});
