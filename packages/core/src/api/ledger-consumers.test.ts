/** Durable consumers of what the ledger does: each entry once, in the order of its balance, whatever fails and whoever books. */
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import type { QueryClient } from '../kernel/index.ts';
import { createTestBursar } from '../testing.ts';
import type { BursarEvent } from './event-map.ts';

const options = { catalog, logger: silentLogger };
const unit = 'points';

describeDatabases('a consumer of the ledger', (makeUrl) => {
  let kit: ReturnType<typeof open>;
  let count = 0;
  const open = (database: string) => createBursar({ ...options, database });
  beforeAll(async () => {
    kit = open(await makeUrl());
    await kit.start();
  });
  afterAll(() => kit.close());
  const fresh = () => {
    count += 1;
    return `ledger-${count}`;
  };

  test('hears what listeners heard, event by event, with the same ids and facts', async () => {
    const name = fresh();
    const tenant = kit.tenant(name);
    const customer = 'ann';
    const [heard, given]: BursarEvent[][] = [[], []];
    const isLedgers = ({ tenant: of, sequence }: BursarEvent) =>
      of === name && sequence !== undefined;
    const off = kit.events.on('*', (event) => void (isLedgers(event) && heard?.push(event)));
    await tenant.wallet.credit({ customer: 'before', unit, amount: 5 });
    const stop = kit.events.consumer(name, {
      handle: (event) => void (isLedgers(event) && given?.push(event)),
    });
    await pause(1_100);
    const early = heard?.splice(0).length;

    await tenant.wallet.credit({ customer, unit, amount: 1_000 });
    await tenant.wallet.debit({ customer, unit, amount: 10 });
    const { id: hold } = await tenant.wallet.hold({ customer, unit, amount: 50 });
    await tenant.wallet.capture({ customer, hold, amount: 20 });
    const { id: other } = await tenant.wallet.hold({ customer, unit, amount: 7 });
    await tenant.wallet.release({ customer, hold: other });
    await tenant.wallet.transfer({ customer, to: 'before', unit, amount: 3 });
    await tenant.wallet.credit({ customer, unit, amount: 9 });
    const [grant] = (await tenant.wallet.grants({ customer, unit })).toReversed();
    await tenant.wallet.voidGrant({ customer, grant: grant?.id ?? '' });
    await tenant.wallet.debit({ customer, unit, amount: 1_000_000 }).catch(() => {});
    await eventually(() => (given?.length ?? 0) >= (heard?.length ?? 0));
    await pause(1_100);

    const bySubject = (events: BursarEvent[] = []) =>
      events.toSorted(
        (one, next) =>
          Number(one.subject.id) - Number(next.subject.id) ||
          (one.sequence ?? 0) - (next.sequence ?? 0),
      );
    const facts = ({ actor, source, ...event }: BursarEvent) => event;
    expect(early).toBeGreaterThan(0);
    expect(bySubject(given).map(facts)).toEqual(bySubject(heard).map(facts));
    const { items } = await kit.events.history({ tenant: name, limit: 100 });
    expect(items.map(({ type }) => type as string)).not.toContain('ledger.entries');
    stop();
    off();
  });

  test('is given what was committed, each once and in order, and puts back only what failed', async () => {
    const name = fresh();
    const tenant = kit.tenant(name);
    const sequences: number[] = [];
    let fails = 1;
    const stop = kit.events.consumer(name, {
      types: ['balance.updated'],
      handle({ tenant: of, sequence = 0 }) {
        if (of !== name) return;
        if (sequence === 120 && fails-- > 0) throw new Error('Not yet.');
        sequences.push(sequence);
      },
    });
    await pause(50);

    await tenant.wallet.credit({ customer: 'ann', unit, amount: 10_000 });
    for (let index = 0; index < 15; index += 1) {
      await Promise.all(
        Array.from({ length: 16 }, () => tenant.wallet.debit({ customer: 'ann', unit, amount: 1 })),
      );
      await kit
        .transaction(async (inner) => {
          await inner.tenant(name).wallet.debit({ customer: 'ann', unit, amount: 1 });
          throw new Error('The host changed its mind.');
        })
        .catch(() => {});
    }
    await eventually(() => sequences.length >= 241);

    expect(sequences).toEqual(Array.from({ length: 241 }, (_, index) => index + 1));
    stop();
  });

  test('buries one entry and goes on; replayed, it comes by itself', async () => {
    const name = fresh();
    const tenant = kit.tenant(name);
    const taken: number[] = [];
    let isMended = false;
    const stop = kit.events.consumer(name, {
      ...{ types: ['balance.updated'], attempts: 1 },
      handle({ tenant: of, sequence = 0 }) {
        if (of !== name) return;
        if ((sequence === 2 || sequence === 4) && !isMended) throw new Error(`Not ${sequence}.`);
        taken.push(sequence);
      },
    });
    await pause(50);

    await tenant.wallet.credit({ customer: 'ann', unit, amount: 100 });
    for (let index = 0; index < 3; index += 1)
      await tenant.wallet.debit({ customer: 'ann', unit, amount: 1 });
    const letters = async () => (await kit.events.deadLetters({ tenant: name })).items;
    await eventually(async () => (await letters()).length === 2);

    expect(taken).toEqual([1, 3]);
    const dead = await letters();
    expect(dead).toMatchObject([
      {
        error: 'Not 4.',
        attempts: 1,
        event: { type: 'balance.updated', sequence: 4, tenant: name },
      },
      {
        error: 'Not 2.',
        attempts: 1,
        event: { type: 'balance.updated', sequence: 2, customer: 'ann' },
      },
    ]);
    const again = { tenant: name, consumer: name, event: dead[1]?.event.id };
    await kit.events.replay(again);
    await eventually(async () => taken.length === 2 && (await letters()).length === 2);
    isMended = true;
    await eventually(async () => (await letters()).length === 2);
    expect(await kit.events.replay(again)).toEqual({ replayed: 1 });
    await eventually(() => taken.length === 3);
    expect(await kit.events.replay({ tenant: name, consumer: name })).toEqual({ replayed: 1 });
    await eventually(async () => taken.length === 4 && (await letters()).length === 0);
    expect(taken).toEqual([1, 3, 2, 4]);
    stop();
  });

  test('commits its own writes with each entry, both or neither', async () => {
    const name = fresh();
    const tenant = kit.tenant(name);
    let fails = 1;
    const stop = kit.events.consumer(name, {
      types: ['hold.created'],
      transaction: true,
      async handle(event, { bursar }) {
        if (event.tenant !== name) return;
        await bursar.wallet.credit({ customer: 'counter', unit, amount: 1 });
        if (event.sequence === 3 && fails-- > 0) throw new Error('Not yet.');
      },
    });
    await pause(50);

    await tenant.wallet.credit({ customer: 'ann', unit, amount: 100 });
    for (let index = 0; index < 4; index += 1)
      await tenant.wallet.hold({ customer: 'ann', unit, amount: 1 });
    const counted = async () =>
      (await tenant.wallet.balance({ customer: 'counter', unit })).settled;
    await eventually(async () => (await counted()) === 4);
    await pause(100);

    expect(await counted()).toBe(4);
    stop();
  });

  test('leaves no trace of what everyone was given but the entries', async () => {
    const bursar = await createTestBursar({ catalog, logger: silentLogger });
    const given: string[] = [];
    bursar.events.consumer('all', { handle: ({ type }) => void given.push(type) });
    await bursar.advance('PT1S');
    await bursar.wallet.credit({ customer: 'ann', unit, amount: 100 });
    await bursar.wallet.hold({ customer: 'ann', unit, amount: 10, expiresIn: 'PT1H' });

    await bursar.advance('P8D');

    expect(given.filter((type) => /^(balance|grant|hold)/.test(type))).toEqual([
      'grant.created',
      'balance.updated',
      'hold.created',
      'hold.expired',
    ]);
    // The worker's tidying, every ten minutes.
    await (bursar.events as unknown as { forgetAll(): Promise<void> }).forgetAll();
    const left = await bursar.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(
        `select type from bursar.outbox where type = 'ledger.entries'
         union all select state from bursar.deliveries`,
        [],
      ),
    );
    expect(left.rows).toEqual([]);
    await bursar.close();
  });
});

describePostgres('the reader of entries', (makeUrl) => {
  test('finds what is new by the index of writers, also in tables nobody has analyzed', async () => {
    const url = await makeUrl();
    const host = postgres(url, { max: 1, onnotice: () => {} });
    const kit = createBursar({ ...options, database: url });
    await kit.wallet.credit({ customer: 'ann', unit, amount: 1 });
    await host`alter table bursar.entries set (autovacuum_enabled = off)`;
    await host`
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, settled_after, held_after, drawn_to, counter,
                                  happened_at, booked_at, xid)
      select tenant_id, balance_id, 1 + number, 'credit', 1, 1 + number, 0, 0, 'issued', happened_at, booked_at, 3
        from bursar.entries, generate_series(1, 200000) as number`;
    await host`update bursar.balances set sequence = 200001, settled = 200001`;
    await host`select brin_summarize_new_values('bursar.entries_by_writer')`;
    const given: number[] = [];
    kit.events.consumer('all', {
      types: ['balance.updated'],
      handle: ({ sequence = 0 }) => void given.push(sequence),
    });
    await kit.start();
    await eventually(async () => (await host`select from bursar.entry_reader`).length === 1);
    const scans = async () =>
      (
        await host`
          select (select seq_scan from pg_stat_user_tables where relname = 'entries')::int as whole,
                 (select idx_scan from pg_stat_user_indexes where indexrelname = 'entries_by_writer')::int as narrow`
      )[0];
    // What was scanned is counted late.
    const steady = async () => {
      const first = await scans();
      await pause(2_500);
      return (await scans())?.whole === first?.whole;
    };
    await eventually(steady);
    const before = await scans();

    await kit.wallet.credit({ customer: 'ann', unit, amount: 1 });
    await eventually(() => given.length === 1);
    await eventually(async () => (await scans())?.narrow > before?.narrow + 1);

    expect(given).toEqual([200_002]);
    expect((await scans())?.whole).toBe(before?.whole);
    await kit.close();
    await host.end();
  });

  test('passes nothing over that commits late, nor gives it twice after a restore', async () => {
    const url = await makeUrl();
    const host = postgres(url, { max: 4, onnotice: () => {} });
    const kit = createBursar({ ...options, database: host });
    await kit.start();
    const given: [string | null, number | undefined][] = [];
    kit.events.consumer('all', {
      types: ['balance.updated'],
      handle: ({ customer, sequence }) => void given.push([customer, sequence]),
    });
    await kit.wallet.credit({ customer: 'ann', unit, amount: 10 });
    await eventually(() => given.length <= 1);
    await pause(1_100);
    given.length = 0;

    // Its number is given early, what it books comes late.
    let commit = () => {};
    const late = kit.transaction(async (inner) => {
      await inner.wallet.credit({ customer: 'late', unit, amount: 1 });
      await new Promise<void>((resolve) => {
        commit = resolve;
      });
      await inner.wallet.credit({ customer: 'ann', unit, amount: 1 });
    });
    await pause(100);
    await kit.wallet.credit({ customer: 'ann', unit, amount: 1 });
    await kit.wallet.credit({ customer: 'bob', unit, amount: 1 });
    await pause(1_500);
    commit();
    await late;
    await eventually(() => given.length === 4);
    expect(given.filter(([customer]) => customer === 'ann')).toEqual([
      ['ann', 2],
      ['ann', 3],
    ]);

    // As after a restore into a cluster that has counted fewer transactions.
    await host`update bursar.entry_reader set xid = 1000000000000`;
    await kit.wallet.credit({ customer: 'bob', unit, amount: 1 });
    await eventually(() => given.length === 5);
    await pause(1_500);

    expect(given.filter(([customer]) => customer === 'bob')).toEqual([
      ['bob', 1],
      ['bob', 2],
    ]);
    expect(given).toHaveLength(5);
    await kit.close();
    await host.end();
  });
});
