/** Listeners by themselves: order, independence, and what stops them. */
import { expect, test } from 'vitest';
import type { News } from '../kernel/index.ts';
import { createBus } from './bus.ts';

const errors: { facts: object; message: string }[] = [];
const logger = {
  debug() {},
  info() {},
  warn() {},
  error: (facts: object, message: string) => void errors.push({ facts, message }),
};

function newsOf(type: string, id = 'evt_1'): News {
  return {
    ...{ id, type, tenant: 'default', customer: 'ann', at: '2026-01-01T00:00:00.000Z' },
    ...{ source: null, subject: { type: 'thing', id: '1' }, actor: null, data: {} },
  };
}

test('a listener of a type hears that type alone, one of all hears everything, in order', () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  bus.on('hold.created', ({ id }) => heard.push(`holds ${id}`));
  bus.on('*', ({ id }) => heard.push(`all ${id}`));

  bus.publish([newsOf('hold.created', '1'), newsOf('customer.created', '2')]);

  expect(heard).toEqual(['holds 1', 'all 1', 'all 2']);
});

test('a listener that throws or rejects is logged and hurts neither the rest nor the publisher', async () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  errors.length = 0;
  bus.on('hold.created', () => {
    throw new Error('at once');
  });
  bus.on('hold.created', () => Promise.reject(new Error('later')));
  bus.on('hold.created', ({ id }) => heard.push(id));

  bus.publish([newsOf('hold.created', '1'), newsOf('hold.created', '2')]);
  await new Promise((resolve) => setImmediate(resolve));

  expect(heard).toEqual(['1', '2']);
  expect(errors).toHaveLength(4);
  expect(errors[0]).toMatchObject({ facts: { event: '1', type: 'hold.created' } });
});

test('a listener that throws a thenable of its own making is no more dangerous', async () => {
  const bus = createBus(logger);
  errors.length = 0;
  bus.on('*', () => Object.defineProperty({}, 'then', { get: () => fail() }));

  bus.publish([newsOf('hold.created')]);
  await new Promise((resolve) => setImmediate(resolve));

  expect(errors).toHaveLength(1);
});

test('once is once, also when news comes in a heap or from within the listener', () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  bus.once('hold.created', ({ id }) => {
    heard.push(id);
    bus.publish([newsOf('hold.created', 'inner')]);
  });

  bus.publish([newsOf('hold.created', '1'), newsOf('hold.created', '2')]);

  expect(heard).toEqual(['1']);
});

test('off and what on returned stop a listener; a second listening of the same function is one', () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  const listener = ({ id }: News) => heard.push(id);
  const stop = bus.on('*', listener);
  bus.on('*', listener);
  bus.on('hold.created', listener);

  bus.publish([newsOf('hold.created', '1')]);
  stop();
  bus.publish([newsOf('hold.created', '2')]);
  bus.off('hold.created', listener);
  bus.off('hold.created', listener);
  bus.publish([newsOf('hold.created', '3')]);

  expect(heard).toEqual(['1', '1', '2']);
});

test('off also stops a listener that was to hear once', () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  const listener = ({ id }: News) => heard.push(id);
  bus.once('hold.created', listener);

  bus.off('hold.created', listener);
  bus.publish([newsOf('hold.created')]);

  expect(heard).toEqual([]);
});

test('who stops another in the middle of a delivery does not make a third one miss it', () => {
  const bus = createBus(logger);
  const heard: string[] = [];
  const stop = bus.on('*', () => {
    heard.push('first');
    stop();
  });
  bus.on('*', () => heard.push('second'));

  bus.publish([newsOf('hold.created')]);

  expect(heard).toEqual(['first', 'second']);
});

function fail(): never {
  throw new Error('no promise');
}
