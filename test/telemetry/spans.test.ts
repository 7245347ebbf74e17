/** Spans of the kit's verbs, as a host's own SDK is given them: none without one. */
import { createBursar } from '@bursar/core';
import { context, trace } from '@opentelemetry/api';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { registerSdk } from '#test/telemetry.ts';

describeDatabases('a verb', (makeUrl) => {
  let kit: ReturnType<typeof open>;
  const open = (database: string) => createBursar({ catalog, database, logger: silentLogger });
  let sdk: ReturnType<typeof registerSdk> | null = null;
  const register = () => {
    sdk = registerSdk();
    return sdk;
  };
  beforeAll(async () => {
    kit = open(await makeUrl());
    await kit.ready();
    return () => kit.close();
  });
  afterEach(() => {
    sdk?.remove();
    sdk = null;
  });

  test('is a child of the host’s span, on whichever handle it is called, though the SDK came late', async () => {
    const { spans } = register();
    const tracer = trace.getTracer('host');

    await tracer.startActiveSpan('request', async (span) => {
      await kit.consume({ customer: 'ann', feature: 'api-calls' });
      await kit.tenant('other').wallet.credit({ customer: 'bob', unit: 'points', amount: 5 });
      await kit.customer('ann').wallet.balances();
      await kit.events.history({ tenant: 'third' });
      span.end();
    });

    const [host] = spans().filter(({ name }) => name === 'request');
    const told = spans().filter(({ name }) => name !== 'request');
    expect(told.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['bursar.entitlements.consume', { 'bursar.tenant': 'default' }],
      ['bursar.wallet.credit', { 'bursar.tenant': 'other' }],
      ['bursar.wallet.balances', { 'bursar.tenant': 'default' }],
      ['bursar.events.history', { 'bursar.tenant': 'third' }],
    ]);
    for (const { parentSpanContext } of told)
      expect(parentSpanContext?.spanId).toBe(host?.spanContext().spanId);
  });

  test('is the parent of what is done inside it', async () => {
    const { spans } = register();

    await kit.transaction(async (inner) => {
      const hold = await inner.hold({ customer: 'ann', feature: 'api-calls', amount: 2 });
      await hold.capture(1);
    });

    const [hold, capture, transaction] = spans();
    const names = spans().map(({ name }) => name);
    expect(names).toEqual([
      'bursar.wallet.hold',
      'bursar.wallet.capture',
      'bursar.kit.transaction',
    ]);
    for (const one of [hold, capture])
      expect(one?.parentSpanContext?.spanId).toBe(transaction?.spanContext().spanId);
  });

  test('that refuses has the code, one that cannot be done is an error, and neither has a word more', async () => {
    const { spans } = register();
    const away = open('postgres://nobody:secret@127.0.0.1:1/none');

    const refused = kit.consume({ customer: 'secret', feature: 'api-calls', amount: 1_000 });
    await expect(refused).rejects.toMatchObject({ code: 'quota_exceeded' });
    await expect(away.check({ customer: 'secret', feature: 'seats' })).rejects.toThrow();
    const own = kit.transaction(() => Promise.reject(new TypeError('secret')));
    await expect(own).rejects.toThrow('secret');
    await away.close();

    const told = spans().map(({ name, status, attributes }) => [
      ...[name, status, attributes['error.type']],
    ]);
    expect(told).toEqual([
      ['bursar.entitlements.consume', { code: 0 }, 'quota_exceeded'],
      ['bursar.entitlements.check', { code: 2 }, 'database'],
      ['bursar.kit.transaction', { code: 2 }, '_OTHER'],
    ]);
    for (const { attributes, events } of spans()) {
      expect(events).toEqual([]);
      expect(JSON.stringify(attributes)).not.toContain('secret');
    }
  });

  test('has none without an SDK, and none is kept of before', async () => {
    await kit.check({ customer: 'ann', feature: 'api-calls' });
    expect(trace.getSpan(context.active())).toBeUndefined();
    const { spans } = register();

    expect(spans()).toEqual([]);
  });
});
