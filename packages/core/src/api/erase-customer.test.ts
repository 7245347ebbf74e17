/** Erasing a person: nothing of it is left in any table, the books stand as they were, and the id is nobody's for good. */
import { afterAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { openSink } from '#test/sink.ts';
import { createBursar } from '../bursar.ts';
import { createTestBursar } from '../testing.ts';
import type { BursarEvent } from './event-map.ts';

const person = {
  ...{ id: 'ann-lee-84', email: 'ann.lee@example.org', name: 'Annabel Lee' },
  ...{ firstName: 'Annabelle', lastName: 'Leewater', phone: '+49 30 901820', country: 'KN' },
  ...{ birthDate: '1984-03-21', avatarUrl: 'https://faces.example/annlee' },
};
const street = 'Kingdom by the Sea 7';
const stripe = 'cus_of_annabel';
const customer = person.id;
const reason = 'asked for it';

function open(database: string) {
  const webhooks = { allowPrivate: true };
  return createBursar({ catalog, database, logger: silentLogger, webhooks });
}

type Kit = ReturnType<typeof open>;

/** Every row of every table, as text. */
async function dumped(kit: Kit): Promise<string[]> {
  return kit.transaction(async (_, tx) => {
    const { rows: tables } = await tx.query(
      "select tablename as name from pg_tables where schemaname = 'bursar' order by 1",
      [],
    );
    const found: string[] = [];
    for (const { name } of tables as { name: string }[]) {
      const { rows } = await tx.query(`select one::text as row from bursar."${name}" as one`, []);
      found.push(...(rows as { row: string }[]).map(({ row }) => `${name}: ${row}`));
    }
    return found;
  });
}

async function traces(kit: Kit): Promise<string[]> {
  const { country: _, ...words } = person;
  const told = [...Object.values(words), stripe, street].map((one) => one.toLowerCase());
  return (await dumped(kit)).filter((row) => told.some((one) => row.toLowerCase().includes(one)));
}

/** A life with all that may leave a trace, and nothing left at its end. */
async function lived(kit: Kit): Promise<void> {
  const { id: _, name, ...known } = person;
  const billing = { address_1: street, city: 'Leewater' };
  await kit.customers.upsert({ customer, ...known, name, external: { stripe }, reason });
  await kit.customers.update({ customer, addresses: { billing }, role: 'manager', reason });
  await kit.customer(customer).updateProfile({ phone: null, smsOptIn: true });
  await kit.customers.update({ customer, phone: known.phone, discountPercent: 12.5, reason });
  await kit.customers.update({ customer, name: `${name} Poe`, locale: 'en', reason });
  await kit.customers.upsert({ customer: 'bob' });
  const started = await kit.subscribe({ customer, plan: 'pro', idempotencyKey: 'start' });
  await kit.consume({ customer, feature: 'api-calls', amount: 3 });
  await kit.consume({ customer: 'acme', feature: 'api-calls', usedBy: customer });
  await kit.entitlements.set({ customer, feature: 'seats', amount: 1, usedBy: customer });
  await kit.wallet.credit({ customer, unit: 'points', amount: 50, reason });
  await kit.wallet.transfer({ customer, to: 'bob', unit: 'points', amount: 20 });
  const hold = await kit.hold({ customer, unit: 'points', amount: 30 });
  await hold.capture();
  const { id: subscription } = started;
  const words = { reason: 'moving', comment: `${name} is moving` };
  await kit.subscriptions.cancel({ customer, subscription, ...words });
}

describeDatabases('erasing a customer', (makeUrl) => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function started() {
    const kit = open(await makeUrl());
    closers.push(() => kit.close());
    await kit.ready();
    return kit;
  }

  test('leaves nothing of the person in any table, and books that verify', async () => {
    const kit = await started();
    kit.events.consumer('mailer', {
      attempts: 1,
      handle: (event) => {
        throw new Error(`no mail for ${event.customer}`);
      },
    });
    const sink = await openSink();
    sink.behave = () => 500;
    const types = ['customer.created', 'subscription.created', 'balance.updated'] as const;
    await kit.webhooks.create({ url: sink.url, types });
    await kit.start();
    await lived(kit);
    const queued = { customer, unit: 'points', operation: 'debit', amount: 999 } as const;
    await kit.wallet.queue({ ...queued, idempotencyKey: 'later' });
    await eventually(async () => (await kit.jobs.list({ state: 'pending' })).items.length >= 5);
    await eventually(async () => (await kit.events.deadLetters()).items.length >= 3);
    await kit.wallet.debit({ customer: 'bob', unit: 'points', amount: 1 });
    const heard: BursarEvent[] = [];
    kit.events.on('customer.erased', (event) => void heard.push(event));
    expect((await traces(kit)).length).toBeGreaterThan(10);

    const erased = await kit.customers.erase({ customer, reason });

    expect(await traces(kit)).toEqual([]);
    await sink.close();
    expect(erased).toMatchObject({
      ...{ email: null, name: null, locale: null, timeZone: 'UTC', country: null, addresses: {} },
      ...{ smsOptIn: false, role: 'customer', discountPercent: 0 },
    });
    expect(erased.id).toMatch(/^erased_[0-9a-f]{32}$/);
    expect(await kit.ledger.verify()).toMatchObject({ ok: true });
    expect(heard).toMatchObject([{ customer, data: { pseudonym: erased.id } }]);
    const [told] = (await kit.events.history({ types: ['customer.erased'] })).items;
    expect(told).toMatchObject({ customer: erased.id, subject: { id: erased.id } });
    const own = await kit.events.history({ customer: erased.id, limit: 100 });
    expect(own.items.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['customer.created', 'subscription.created', 'subscription.ended']),
    );
    const audit = await kit.audit.list({ customer: erased.id, operation: 'customers.' });
    expect(audit.items.map(({ operation, personal }) => [operation, personal])).toEqual([
      ['customers.erase', {}],
      ['customers.update', {}],
      ['customers.update', {}],
      ['customers.update', {}],
      ['customers.upsert', {}],
    ]);
    expect(audit.items[0]?.facts).toEqual({
      force: false,
      subscriptionsEnded: 1,
      holdsReleased: 0,
    });
    const statement = await kit.wallet.statement({ customer: erased.id, unit: 'points' });
    expect(statement.items.length).toBeGreaterThan(3);
  });

  test('makes the id nobody: reads give the zero form, each command is refused, and nobody is made anew', async () => {
    const kit = await started();
    await lived(kit);
    await kit.customers.erase({ customer, reason });
    const handle = kit.customer(customer);
    const calls = { feature: 'api-calls' } as const;
    const points = { unit: 'points', amount: 1 } as const;

    const commands = {
      subscribe: () => handle.subscribe({ plan: 'pro' }),
      consume: () => handle.consume(calls),
      tryConsume: () => handle.tryConsume(calls),
      giveBack: () => handle.giveBack(calls),
      hold: () => handle.hold({ ...points }),
      gauge: () => handle.entitlements.set({ feature: 'seats', amount: 0 }),
      credit: () => handle.wallet.credit(points),
      debit: () => handle.wallet.debit(points),
      transfer: () => handle.wallet.transfer({ ...points, to: 'bob' }),
      receive: () => kit.wallet.transfer({ customer: 'bob', to: customer, ...points }),
      limits: () => handle.wallet.setLimits({ unit: 'points', floor: -5 }),
      upsert: () => kit.customers.upsert({ customer, name: 'Again' }),
      freeze: () => kit.customers.freeze({ customer }),
      get: () => kit.customers.get({ customer }),
      erase: () => kit.customers.erase({ customer, reason }),
    };
    for (const [verb, command] of Object.entries(commands))
      await expect(command(), verb).rejects.toMatchObject({ code: 'customer_unknown' });
    const imported = await kit.wallet.import({
      key: 'import',
      credits: [
        { customer, ...points },
        { customer: 'carl', ...points },
      ],
    });

    expect(imported).toMatchObject({ credited: 1, refusals: [{ code: 'customer_unknown' }] });
    expect(await kit.customers.find({ customer })).toBeNull();
    expect(await handle.state()).toMatchObject({ customer: null, subscriptions: [] });
    expect(await handle.wallet.balance({ unit: 'points' })).toMatchObject({ settled: 0 });
    expect((await handle.check(calls)).used).toBe(0);
    expect((await kit.customers.list()).items.map(({ id }) => id)).toEqual(['carl', 'acme', 'bob']);
    expect(await traces(kit)).toEqual([]);
  });

  test('is refused while there are units or an open hold, unless it is forced; then holds are released', async () => {
    const kit = await started();
    await kit.wallet.credit({ customer, unit: 'points', amount: 50 });
    const hold = await kit.hold({ customer, unit: 'points', amount: 30 });
    await kit.subscribe({ customer, plan: 'pro' });
    const before = await dumped(kit);

    const refused = kit.customers.erase({ customer, reason });
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'in_use', status: 409 },
      details: { balances: [{ unit: 'points', settled: 50 }], holds: [hold.id] },
    });
    expect(await dumped(kit)).toEqual(before);
    const { id } = await kit.customers.erase({ customer, reason, force: true });

    expect(await kit.wallet.balance({ customer: id, unit: 'points' })).toMatchObject({
      ...{ settled: 50, held: 0 },
    });
    const [subscription] = (await kit.subscriptions.list({ customer: id })).items;
    expect(subscription).toMatchObject({ status: 'ended' });
    const [line] = (await kit.audit.list({ customer: id })).items;
    expect(line?.facts).toEqual({ force: true, subscriptionsEnded: 1, holdsReleased: 1 });
    expect(await kit.runDue()).toBeDefined();
    expect(await kit.ledger.verify()).toMatchObject({ ok: true });
    expect(await traces(kit)).toEqual([]);
  });

  test('of a host that rolls back erases nobody', async () => {
    const kit = await started();
    await lived(kit);

    const undone = kit.transaction(async (inner) => {
      await inner.customers.erase({ customer, reason });
      throw new Error('changed its mind');
    });

    await expect(undone).rejects.toThrow('changed its mind');
    expect(await kit.customers.get({ customer })).toMatchObject({ email: person.email });
    expect(await kit.consume({ customer, feature: 'api-calls' })).toMatchObject({ allowed: true });
  });
});

test('time passes over an erased customer: nothing of it is due, whatever was still to come', async () => {
  const kit = await createTestBursar({ catalog, at: '2026-01-01T00:00:00Z', logger: silentLogger });
  await kit.subscribe({ customer, plan: 'pro' });
  await kit.consume({ customer, feature: 'api-calls', amount: 5 });
  await kit.subscriptions.create({
    customer,
    features: ['track-time'],
    startsAt: '2026-02-03T00:00:00Z',
  });
  const expiring = { amount: 5, expiresAt: '2026-02-01T00:00:00Z' };
  await kit.wallet.credit({ customer, unit: 'points', ...expiring });
  const { id } = await kit.customers.erase({ customer, reason, force: true });
  const heard: string[] = [];
  kit.events.on('*', ({ type }) => void heard.push(type));

  await kit.advance('P6M');

  expect(heard).toEqual([]);
  expect(await kit.runDue()).toEqual({ done: 0 });
  const { items } = await kit.subscriptions.list({ customer: id });
  expect(items.map(({ status }) => status)).toEqual(['ended', 'ended']);
  expect(await kit.ledger.verify()).toMatchObject({ ok: true });
  await kit.close();
});

describePostgres('erasing a customer in one process', (makeUrl) => {
  test('is known to another that remembers the id, and beats commands that race it', async () => {
    const url = await makeUrl();
    const [one, other] = [open(url), open(url)];
    await one.ready();
    await other.ready();
    await lived(one);
    await other.consume({ customer, feature: 'api-calls' });
    await other.check({ customer, feature: 'track-time' });

    const spendUntilRefused = async () => {
      for (;;) {
        const code = await other.consume({ customer, feature: 'api-calls' }).then(
          () => null,
          (error) => error.code,
        );
        if (code !== null) return code;
      }
    };

    const racing = Promise.all(Array.from({ length: 6 }, spendUntilRefused));
    const { id } = await one.customers.erase({ customer, reason });
    const codes = await racing;
    await eventually(async () => !(await other.check({ customer, feature: 'track-time' })).allowed);

    expect(codes).toEqual(Array(6).fill('customer_unknown'));
    await expect(other.consume({ customer, feature: 'api-calls' })).rejects.toMatchObject({
      code: 'customer_unknown',
    });
    const usage = await other.entitlements.usage({ customer, feature: 'api-calls' });
    expect(usage.items).toEqual([]);
    const members = await other.entitlements.usage({ customer: 'acme', feature: 'api-calls' });
    expect(members.items).toEqual([{ usedBy: { kind: 'user', id }, used: 1 }]);
    expect(await one.customers.find({ customer: id })).toMatchObject({ name: null });
    expect(await one.ledger.verify()).toMatchObject({ ok: true });
    expect(await traces(one)).toEqual([]);
    await one.close();
    await other.close();
  });
});
