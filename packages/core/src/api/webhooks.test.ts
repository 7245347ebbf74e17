/** Webhooks from the change to the receiver, on a clock that only moves when told to: what is sent, when again, and until when. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { openSink, type Sink } from '#test/sink.ts';
import { createBursar } from '../bursar.ts';
import { createTestBursar } from '../testing.ts';

const unit = 'points';
const webhooks = { allowPrivate: true, timeoutMilliseconds: 400 };
const options = { catalog, logger: silentLogger, webhooks };

let sink: Sink;
beforeEach(async () => {
  sink = await openSink();
});
afterEach(() => sink.close());

const bodies = () => sink.received.map(({ body }) => JSON.parse(body));
const typesAt = (path: string) =>
  sink.received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body).type);

describeDatabases('a webhook', (makeUrl) => {
  async function started() {
    return createTestBursar({ ...options, database: await makeUrl(), at: new Date() });
  }

  test('carries what was committed, signed, to the endpoints of its tenant that want it', async () => {
    const kit = await started();
    const { endpoint, secret } = await kit.webhooks.create({
      url: `${sink.url}/own`,
      types: ['subscription.created', 'balance.updated'],
    });
    await kit.webhooks.create({ url: `${sink.url}/other`, types: ['subscription.canceled'] });
    await kit.tenant('else').webhooks.create({
      url: `${sink.url}/else`,
      types: ['subscription.created', 'balance.updated'],
    });

    const made = await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.wallet.credit({ customer: 'ann', unit, amount: 7 });
    await kit
      .transaction(async (inner) => {
        await inner.subscribe({ customer: 'bob', plan: 'pro' });
        throw new Error('The host changed its mind.');
      })
      .catch(() => {});
    await kit.advance('PT1S');
    await kit.advance('PT1S');

    const own = sink.received.filter(({ path }) => path === '/own');
    expect(own.map(({ body }) => JSON.parse(body).type).toSorted()).toEqual([
      ...['balance.updated', 'subscription.created'],
    ]);
    expect(typesAt('/other')).toEqual([]);
    expect(typesAt('/else')).toEqual([]);
    for (const { body, headers } of own) {
      const seen = { ...headers } as Record<string, string>;
      expect(new Webhook(secret).verify(body, seen)).toEqual(JSON.parse(body));
      expect(headers['webhook-id']).toBe(JSON.parse(body).id);
    }
    expect(own.map(({ body }) => JSON.parse(body))).toContainEqual(
      expect.objectContaining({
        ...{ type: 'subscription.created', tenant: 'default', customer: 'ann' },
        ...{ timestamp: expect.any(String), subject: { type: 'subscription', id: made.id } },
        data: expect.objectContaining({ subscription: made.id, plan: 'pro' }),
      }),
    );
    const log = (await kit.webhooks.deliveries({ endpoint: endpoint.id })).items;
    expect(log).toMatchObject([
      { state: 'delivered', attempts: [{ status: 200, error: null }] },
      { state: 'delivered', attempts: [{ status: 200, error: null }] },
    ]);
    expect(JSON.stringify([await kit.webhooks.list(), log])).not.toContain('whsec_');
    await kit.close();
  });

  test('is sent again on schedule under the same id and with the same body, until it is taken', async () => {
    const kit = await started();
    const { endpoint } = await kit.webhooks.create({
      url: sink.url,
      types: ['subscription.created'],
    });
    const answers = [500, 302, 404, 200];
    sink.behave = () => answers.shift();
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.advance('PT1S');
    await kit.advance('PT3S');
    expect(sink.received).toHaveLength(1);
    await kit.advance('PT3S');
    expect(sink.received).toHaveLength(2);
    await kit.advance('PT4M');
    expect(sink.received).toHaveLength(2);
    await kit.advance('PT2M');
    expect(sink.received).toHaveLength(3);
    await kit.advance('PT35M');
    await kit.advance('P1D');

    expect(sink.received).toHaveLength(4);
    expect(new Set(sink.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(sink.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const times = sink.received.map(({ headers }) => headers['webhook-timestamp']);
    expect(new Set(times).size).toBe(4);
    expect((await kit.webhooks.deliveries({ endpoint: endpoint.id })).items).toMatchObject([
      {
        state: 'delivered',
        attempts: [
          { status: 500, error: 'It answered 500.' },
          { status: 302, error: 'It answered 302.' },
          { status: 404, error: 'It answered 404.' },
          { status: 200, error: null },
        ],
      },
    ]);
    expect(await kit.webhooks.get({ endpoint: endpoint.id })).toMatchObject({ failingSince: null });
    await kit.close();
  });

  test('is given up on after ten attempts, and sent anew when asked for', async () => {
    const kit = await started();
    const { endpoint } = await kit.webhooks.create({ url: sink.url, types: ['customer.created'] });
    sink.behave = () => 503;
    await kit.customers.upsert({ customer: 'ann' });
    await kit.advance('PT1S');
    const next = async () =>
      (await kit.webhooks.deliveries({ endpoint: endpoint.id })).items[0]?.nextAt;
    for (let at = await next(); at; at = await next()) await kit.advanceTo(at);

    expect(sink.received).toHaveLength(10);
    const of = { endpoint: endpoint.id };
    expect((await kit.webhooks.deliveries({ ...of, state: 'failed' })).items).toHaveLength(1);
    expect((await kit.jobs.list({ state: 'dead' })).items).toMatchObject([{ kind: 'webhook' }]);
    sink.behave = () => 200;
    await kit.webhooks.update({ ...of, enabled: true });
    expect(await kit.webhooks.replay({ ...of, reason: 'mended' })).toEqual({ replayed: 1 });
    await kit.advance('PT1S');
    expect(sink.received).toHaveLength(11);
    const [line] = (await kit.webhooks.deliveries({ ...of, state: 'delivered' })).items;
    expect(line?.attempts).toHaveLength(11);

    expect(await kit.webhooks.replay(of)).toEqual({ replayed: 0 });
    expect(await kit.webhooks.replay({ ...of, delivery: line?.id ?? '' })).toEqual({ replayed: 1 });
    await kit.advance('PT1S');
    expect(sink.received).toHaveLength(12);
    await kit.close();
  });

  test('an endpoint that is gone is switched off at once, and said so', async () => {
    const kit = await started();
    const told: unknown[] = [];
    kit.events.on('webhook.disabled', ({ data }) => void told.push(data));
    const { endpoint } = await kit.webhooks.create({ url: sink.url, types: ['customer.created'] });
    sink.behave = () => 410;
    for (const customer of ['ann', 'bob']) await kit.customers.upsert({ customer });
    await kit.advance('PT1S');
    await kit.customers.upsert({ customer: 'cid' });
    await kit.advance('P1D');

    expect(sink.received.length).toBeLessThanOrEqual(2);
    expect(told).toEqual([{ endpoint: endpoint.id, because: 'gone' }]);
    expect(await kit.webhooks.get({ endpoint: endpoint.id })).toMatchObject({
      ...{ enabled: false, disabledBecause: 'gone' },
    });
    await kit.close();
  });

  test('an endpoint that takes nothing for five days is switched off, one that recovers is not', async () => {
    const kit = await started();
    const told: unknown[] = [];
    kit.events.on('webhook.disabled', ({ data }) => void told.push(data));
    const types = ['customer.created'] as const;
    const bad = await kit.webhooks.create({ url: `${sink.url}/bad`, types });
    const shaky = await kit.webhooks.create({ url: `${sink.url}/shaky`, types });
    let day = 0;
    sink.behave = ({ path }) => (path === '/bad' || day % 3 < 2 ? 500 : 200);
    for (day = 0; day < 8; day += 1) {
      await kit.customers.upsert({ customer: `c${day}` });
      await kit.advance('P1D');
    }

    expect(told).toEqual([{ endpoint: bad.endpoint.id, because: 'failing' }]);
    expect(await kit.webhooks.get({ endpoint: shaky.endpoint.id })).toMatchObject({
      enabled: true,
    });
    await kit.close();
  });

  test('a secret that is changed signs beside the new one for as long as was said', async () => {
    const kit = await started();
    const types = ['customer.created'] as const;
    const { endpoint, secret: old } = await kit.webhooks.create({ url: sink.url, types });
    const { secret } = await kit.webhooks.rotateSecret({ endpoint: endpoint.id, overlap: 'PT1H' });
    const isTaken = (key: string) => {
      const last = sink.received.at(-1);
      if (!last) return false;
      const { body, headers } = last;
      const signatures = String(headers['webhook-signature']).split(' ');
      try {
        // The test's clock may be anywhere: the time is not what is looked at.
        const signed = new Webhook(key).sign(
          String(headers['webhook-id']),
          new Date(Number(headers['webhook-timestamp']) * 1000),
          body,
        );
        return signatures.includes(signed);
      } catch {
        return false;
      }
    };

    const third = kit.webhooks.rotateSecret({ endpoint: endpoint.id });
    await expect(third).rejects.toMatchObject({ code: 'in_use' });
    await kit.customers.upsert({ customer: 'ann' });
    await kit.advance('PT1S');
    const during = [isTaken(old), isTaken(secret)];
    await kit.advance('PT2H');
    await kit.customers.upsert({ customer: 'bob' });
    await kit.advance('PT1S');
    const after = [isTaken(old), isTaken(secret)];
    const last = await kit.webhooks.rotateSecret({ endpoint: endpoint.id, overlap: 'PT0S' });
    await kit.customers.upsert({ customer: 'cid' });
    await kit.advance('PT1S');

    expect([during, after]).toEqual([
      [true, true],
      [false, true],
    ]);
    expect([isTaken(secret), isTaken(last.secret)]).toEqual([false, true]);
    await kit.close();
  });

  test('a secret that was betrayed ends at once, with the one before it', async () => {
    const kit = await started();
    const types = ['customer.created'] as const;
    const { endpoint } = await kit.webhooks.create({ url: sink.url, types });
    const of = { endpoint: endpoint.id };
    const overlap = 'P32D' as const;
    await expect(kit.webhooks.rotateSecret({ ...of, overlap })).rejects.toMatchObject({
      errors: [{ pointer: '/overlap', detail: 'must be a month at most' }],
    });
    await kit.webhooks.rotateSecret(of);

    const rotated = await kit.webhooks.rotateSecret({ ...of, overlap: 'PT0S' });
    await kit.customers.upsert({ customer: 'ann' });
    await kit.advance('PT1S');

    expect(rotated.endpoint.previousUntil).toBeNull();
    const signatures = String(sink.received.at(-1)?.headers['webhook-signature']);
    expect(signatures).toMatch(/^v1,\S+$/);
    await kit.close();
  });

  test('is not sent while its endpoint is switched off, nor after it is removed', async () => {
    const kit = await started();
    const types = ['customer.created'] as const;
    const { endpoint } = await kit.webhooks.create({ url: sink.url, types });
    const of = { endpoint: endpoint.id };
    await kit.webhooks.update({ ...of, enabled: false });
    await kit.customers.upsert({ customer: 'ann' });
    await kit.advance('PT1S');
    await kit.webhooks.update({ ...of, enabled: true, url: `${sink.url}/new` });
    await kit.customers.upsert({ customer: 'bob' });
    await kit.advance('PT1S');
    sink.behave = () => 500;
    await kit.customers.upsert({ customer: 'cid' });
    await kit.advance('PT1S');
    await kit.webhooks.delete(of);
    await kit.advance('P1D');

    expect(bodies().map(({ customer }) => customer)).toEqual(['bob', 'cid']);
    expect(sink.received[0]?.path).toBe('/new');
    await expect(kit.webhooks.get(of)).rejects.toMatchObject({ code: 'not_found' });
    expect((await kit.jobs.list({ kind: 'webhook' })).items).toEqual([]);
    await kit.close();
  });

  test.each([
    ['a private address', { url: 'https://10.0.0.1/' }],
    ['no https', { url: 'http://example.com/' }],
    ['no such event', { types: ['subscription.exploded'] }],
    ['no event', { types: [] }],
    ['what is not known', { secret: 'mine' }],
  ])('an endpoint is refused with %s, and nothing is written', async (_, wrong) => {
    const strict = createBursar({ ...options, webhooks: {}, database: await makeUrl() });
    const asked = { url: 'https://example.com/', types: ['order.paid'] };

    const creating = strict.webhooks.create({
      ...asked,
      types: ['customer.created'],
      ...wrong,
    } as never);

    await expect(creating).rejects.toMatchObject({ code: 'validation' });
    expect(await strict.webhooks.list()).toEqual([]);
    await strict.close();
  });

  test('what does not exist in the tenant is not found, and a reason is kept without the secret', async () => {
    const kit = await started();
    const types = ['customer.created'] as const;
    const made = await kit.webhooks.create({ url: sink.url, types, reason: 'for accounting' });
    const other = kit.tenant('else').webhooks;
    const of = { endpoint: made.endpoint.id };

    const asked = [
      ...[() => other.get(of), () => other.update({ ...of, enabled: false })],
      ...[() => other.rotateSecret(of), () => other.delete(of), () => other.deliveries(of)],
      () => other.replay(of),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'not_found' });

    expect(await kit.webhooks.get(of)).toEqual(made.endpoint);
    const lines = (await kit.audit.list({ operation: 'webhooks.' })).items;
    expect(lines).toMatchObject([{ operation: 'webhooks.create', reason: 'for accounting' }]);
    expect(JSON.stringify(lines)).not.toContain('whsec_');
    await kit.close();
  });
});

describePostgres('webhooks', (makeUrl) => {
  test('of several processes are each sent, also by one that began before there was an endpoint', async () => {
    const url = await makeUrl();
    const kits = [1, 2].map(() => createBursar({ ...options, database: url }));
    await Promise.all(kits.map((kit) => kit.start()));
    const [first, second] = kits;
    if (!first || !second) throw new Error('no kits');
    await first.webhooks.create({ url: sink.url, types: ['customer.created'] });

    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? first : second).customers.upsert({ customer: `c${index}` }),
      ),
    );
    await eventually(() => new Set(bodies().map(({ customer }) => customer)).size === 100);

    expect(new Set(bodies().map(({ id }) => id)).size).toBe(100);
    await Promise.all(kits.map((kit) => kit.close()));
  });
});
