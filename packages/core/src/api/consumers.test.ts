/** Durable consumers: everything that was committed and nothing else, in order, whatever fails, whoever shares the work. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { createBursar } from '../bursar.ts';
import { createTestBursar } from '../testing.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const life = [
  'subscription.created',
  'subscription.updated',
  'subscription.canceled',
  'subscription.ended',
] as const;

describeDatabases('durable consumers', (makeUrl) => {
  let url: string;
  let kits: ReturnType<typeof open>[] = [];
  let names = 0;
  beforeAll(async () => {
    url = await makeUrl();
  });
  afterAll(async () => {
    for (const kit of kits) await kit.close();
    kits = [];
  });
  const open = () => createBursar({ catalog, database: url, logger: quiet });
  let shared: ReturnType<typeof open> | null = null;
  /** The embedded database is one process's; on PostgreSQL each is another. */
  async function started() {
    const isEmbedded = !url.startsWith('postgres');
    const kit = isEmbedded && shared ? shared : open();
    shared ??= kit;
    if (!kits.includes(kit)) kits.push(kit);
    await kit.start();
    return kit;
  }
  const fresh = () => {
    names += 1;
    return `consumer-${names}`;
  };

  test('get what was committed, in the order of each subject, and nothing that was rolled back', async () => {
    const kit = await started();
    const name = fresh();
    const tenant = kit.tenant(name);
    const heard: { id: string; type: string; customer: string | null }[] = [];
    const stop = kit.events.consumer(name, {
      types: life,
      handle: ({ id, type, customer, tenant: of }) => {
        if (of === name) heard.push({ id, type, customer });
      },
    });
    await pause(50);

    for (let index = 0; index < 6; index += 1) {
      const customer = `c${index}`;
      await tenant.subscribe({ customer, plan: 'pro' });
      await tenant.subscriptions.cancel({ customer, at: 'now' });
    }
    await kit
      .transaction(async (inner) => {
        await inner.tenant(name).subscribe({ customer: 'gone', plan: 'pro' });
        throw new Error('The host changed its mind.');
      })
      .catch(() => {});
    await eventually(() => heard.length >= 24);
    await pause(100);

    expect(new Set(heard.map(({ id }) => id)).size).toBe(24);
    for (let index = 0; index < 6; index += 1) {
      const own = heard.filter(({ customer }) => customer === `c${index}`).map(({ type }) => type);
      expect(own).toEqual([
        ...[
          'subscription.created',
          'subscription.canceled',
          'subscription.updated',
          'subscription.ended',
        ],
      ]);
    }
    expect(heard.some(({ customer }) => customer === 'gone')).toBe(false);
    stop();
  });

  test('share the work between processes, each event in one of them', async () => {
    const [one, other] = [await started(), await started()];
    const name = fresh();
    const heard: string[][] = [[], []];
    const stops = [one, other].flatMap((kit, index) =>
      index === 1 && kit === one
        ? []
        : [
            kit.events.consumer(name, {
              types: ['subscription.created'],
              concurrency: 2,
              async handle({ id, tenant }) {
                if (tenant !== name) return;
                await pause(5);
                heard[index]?.push(id);
              },
            }),
          ],
    );
    await pause(50);

    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        one.tenant(name).subscribe({ customer: `c${index}`, plan: 'pro' }),
      ),
    );
    await eventually(() => heard.flat().length >= 40);

    expect(new Set(heard.flat()).size).toBe(40);
    expect(heard.flat()).toHaveLength(40);
    for (const stop of stops) stop();
  });

  test('write with their acknowledgement, both or neither', async () => {
    const kit = await started();
    const name = fresh();
    let fails = 2;
    const stop = kit.events.consumer(name, {
      types: ['subscription.created'],
      transaction: true,
      async handle(event, { bursar, tx, attempt }) {
        if (event.tenant !== name) return;
        expect(tx).toBeDefined();
        await bursar.wallet.credit({ customer: 'ann', unit: 'points', amount: attempt });
        fails -= 1;
        if (fails >= 0) throw new Error('Not yet.');
      },
    });
    await pause(50);

    await kit.tenant(name).subscribe({ customer: 'ann', plan: 'pro' });
    const points = () => kit.tenant(name).wallet.balance({ customer: 'ann', unit: 'points' });
    // After one second, and then after two.
    await eventually(async () => fails < 1);
    await eventually(async () => (await points()).settled > 0);

    // Two that failed left nothing: only the third credited.
    expect((await points()).settled).toBe(3);
    stop();
  });

  test('one that is slow or fails delays neither others nor other subjects, and what is dead can be given anew', async () => {
    const kit = await started();
    const name = fresh();
    const tenant = kit.tenant(name);
    let isMended = false;
    const [good, bad]: string[][] = [[], []];
    const stops = [
      kit.events.consumer(`${name}-bad`, {
        types: ['subscription.created', 'subscription.canceled'],
        from: 'beginning',
        attempts: 1,
        handle({ customer, type, tenant: of }) {
          if (of !== name) return;
          if (customer === 'poison' && !isMended) throw new Error('Cannot take that.');
          bad?.push(`${customer} ${type}`);
        },
      }),
      kit.events.consumer(`${name}-good`, {
        types: ['subscription.created'],
        from: 'beginning',
        handle: ({ customer, tenant: of }) => void (of === name && good?.push(String(customer))),
      }),
    ];

    await tenant.subscribe({ customer: 'poison', plan: 'pro' });
    await tenant.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(() => good?.length === 2 && bad?.length === 1);
    const asked = { tenant: name, consumer: `${name}-bad` };
    await eventually(async () => (await kit.events.deadLetters(asked)).items.length === 1);

    const { items } = await kit.events.deadLetters(asked);
    expect(items).toMatchObject([
      { attempts: 1, error: 'Cannot take that.', event: { customer: 'poison', tenant: name } },
    ]);
    isMended = true;
    expect(await kit.events.replay(asked)).toEqual({ replayed: 1 });
    await eventually(() => bad?.length === 2);
    expect((await kit.events.deadLetters(asked)).items).toEqual([]);
    for (const stop of stops) stop();
  });

  test('a new one begins now, or with all that is kept', async () => {
    const kit = await started();
    const name = fresh();
    await kit.tenant(name).subscribe({ customer: 'early', plan: 'pro' });
    await pause(20);
    const heard: string[] = [];
    const listen = (which: string, from: 'now' | 'beginning') =>
      kit.events.consumer(`${name}-${which}`, {
        ...{ types: ['subscription.created'], from },
        handle: ({ customer, tenant }) =>
          void (tenant === name && heard.push(`${which} ${customer}`)),
      });
    const stops = [listen('old', 'beginning'), listen('new', 'now')];
    await eventually(() => heard.length === 1);

    await kit.tenant(name).subscribe({ customer: 'late', plan: 'pro' });
    await eventually(() => heard.length === 3);

    expect(heard.toSorted()).toEqual(['new late', 'old early', 'old late']);
    for (const stop of stops) stop();
  });

  test('history lists and filters what was told, and forgets what is old and taken', async () => {
    const kit = await started();
    const name = fresh();
    const tenant = kit.tenant(name);
    const { id } = await tenant.subscribe({ customer: 'ann', plan: 'pro' });
    await tenant.subscriptions.cancel({ customer: 'ann' });
    await tenant.subscribe({ customer: 'bob', plan: 'pro' });
    const types = async (input: object) =>
      (await kit.events.history({ tenant: name, ...input })).items.map(
        ({ type, customer }) => `${customer} ${type}`,
      );

    expect(await types({ customer: 'ann' })).toEqual([
      ...[
        'ann subscription.updated',
        'ann subscription.canceled',
        'ann subscription.created',
        'ann customer.created',
      ],
    ]);
    expect(await types({ types: ['subscription.created'] })).toEqual([
      'bob subscription.created',
      'ann subscription.created',
    ]);
    expect(
      await types({ subject: { type: 'subscription', id }, until: '2020-01-01T00:00:00Z' }),
    ).toEqual([]);
    const first = await kit.events.history({ tenant: name, limit: 2 });
    expect(await types({ limit: 100, cursor: first.next })).toHaveLength(4);
    await kit.tenant(name).settings.set({ key: 'events.retention', value: 'PT1S' });
    expect((await kit.events.history({ tenant: name })).items[0]?.type).toBe('setting.changed');
    await expect(kit.events.history({ colour: 'red' } as never)).rejects.toMatchObject({
      code: 'validation',
    });
  });

  test.each([
    ['a name', 'two words', { handle() {} }],
    ['no handler', 'nobody', {}],
    ['an option', 'typo', { handle() {}, retries: 3 }],
    ['a count', 'many', { handle() {}, concurrency: 0 }],
    ['types', 'none', { handle() {}, types: [] }],
  ])('are refused where they cannot be: %s', async (_, name, options) => {
    const kit = await started();

    expect(() => kit.events.consumer(name, options as never)).toThrow(/must|not known/);
  });
});

test('a test clock waits for its consumers, and tries again what was put back as time goes on', async () => {
  const bursar = await createTestBursar({ catalog, at: '2026-01-31T10:00:00Z', logger: quiet });
  const seen: [string, string][] = [];
  let fails = 2;
  bursar.events.consumer('mailer', {
    types: ['subscription.renewed'],
    handle({ at, type }) {
      fails -= 1;
      if (fails >= 0) throw new Error('The mail server is away.');
      seen.push([at.slice(0, 10), type]);
    },
  });
  await bursar.subscribe({ customer: 'ann', plan: 'pro' });

  await bursar.advance('P1M');
  expect(seen).toEqual([]);
  await bursar.advance('PT1M');
  await bursar.advanceTo('2026-03-31T10:00:00Z');

  expect(seen).toEqual([
    ['2026-02-28', 'subscription.renewed'],
    ['2026-03-31', 'subscription.renewed'],
  ]);
  expect(await bursar.events.forget()).toEqual({ forgotten: 0 });
  await bursar.advance('P91D');
  const { forgotten } = await bursar.events.forget();
  expect(forgotten).toBeGreaterThan(3);
  const { items } = await bursar.events.history({ limit: 100 });
  expect(items.every(({ at }) => at >= '2026-03-31')).toBe(true);
  await bursar.close();
});
